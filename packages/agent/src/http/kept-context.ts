import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';

/** Gives the TLS context for this material. */
export type ContextOf = (material: SecureContextOptions) => SecureContext;

/**
 * Makes a context anew only when the material is another than the last time: V8 does not see what
 * one takes outside of its heap, where many that wait to be collected leave holes (docs/adr/0017).
 */
export function keptContext(): ContextOf {
  let kept: { readonly of: string; readonly context: SecureContext } | null = null;
  return (material) => {
    const of = JSON.stringify(material);
    if (kept?.of !== of) kept = { of, context: createSecureContext(material) };
    return kept.context;
  };
}
