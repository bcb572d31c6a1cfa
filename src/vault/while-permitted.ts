import type { Permit } from './gate.ts';

/** How long content may flow after its grant, its token or its principal has ended, at most. */
const RECHECK_MS = 1000;

/** Lets content flow as long as its permit holds. */
export type Watch = (stream: AsyncIterable<Uint8Array>) => AsyncGenerator<Uint8Array>;

/**
 * Watches over everything that flows under one permit: it is decided again once a second, while something flows. Then
 * `ACCESS_DENIED` ends the stream, before the next chunk.
 */
export function whilePermitted(permit: Permit): Watch {
  let decidedMs = performance.now();
  return async function* (stream) {
    for await (const chunk of stream) {
      if (performance.now() - decidedMs >= RECHECK_MS) {
        await permit.assertHolds();
        decidedMs = performance.now();
      }
      yield chunk;
    }
  };
}
