import type { FileAccess } from '@krillmanager/core';
import type { LockHolder } from '../lock/lock-file.ts';

/** One line of JSON to the child. Paths are relative to the volume's root. */
export type VolumeRequest =
  | { readonly op: 'read'; readonly path: string }
  | { readonly op: 'list'; readonly path: string }
  | { readonly op: 'remove'; readonly path: string }
  | { readonly op: 'rename'; readonly path: string; readonly name: string }
  | { readonly op: 'directory'; readonly path: string; readonly access: FileAccess }
  | {
      readonly op: 'write';
      readonly path: string;
      readonly content: string;
      readonly access: FileAccess;
    }
  /**
   * Held until the child ends; asked for again, it is given back and taken anew. The reply is null, or
   * who holds it, "" when that is not known.
   */
  | { readonly op: 'lock'; readonly path: string; readonly holder: LockHolder };

/** One line of JSON from the child, in the order of the requests. */
export type VolumeReply =
  | { readonly value: string | readonly string[] | null }
  | { readonly failed: string };
