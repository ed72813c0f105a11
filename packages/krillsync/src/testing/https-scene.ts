import { join } from 'node:path';
import { httpsSource } from '../https-source.ts';
import type { Source } from '../source.ts';
import { SourceMemory } from '../source-memory.ts';
import { HttpsOrigin } from './https-origin.ts';
import type { NodeOnDisk } from './node-on-disk.ts';
import { Scene } from './scene.ts';

export interface Trust {
  readonly insecure?: boolean;
  /** None if it is empty. */
  readonly caFile?: string;
  readonly env?: Record<string, string>;
}

/** A publication server's files behind https, and nodes that read them there; short time-outs. */
export class HttpsScene extends Scene {
  readonly origin: HttpsOrigin;

  /** @param certificates where those of the origin are made, once for all scenes. */
  constructor(certificates: string) {
    super();
    this.origin = new HttpsOrigin(this.sourceDir, certificates);
  }

  source(node: NodeOnDisk, { insecure = false, caFile, env = {} }: Trust = {}): Source {
    const { origin } = this;
    const trusted = caFile ?? origin.caFile;
    return httpsSource({
      base: origin.base,
      notification: 'notification.xml',
      memory: new SourceMemory(join(node.root, 'state')),
      insecure,
      ...(trusted === '' ? {} : { caFile: trusted }),
      env,
      userAgent: 'krillsync/test',
      limits: { connectMs: 500, idleMs: 300, totalMs: 1500, retryMs: 5 },
    });
  }

  override remove(): void {
    this.origin.close();
    super.remove();
  }
}
