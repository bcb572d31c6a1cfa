import type { Permit } from './gate.ts';

/** How long content may flow after its grant, its token or its principal has ended, at most. */
const RECHECK_MS = 1000;

/** Where in which file a stream begins. */
export interface StreamPlace {
  readonly file: string;
  readonly start: number;
}

/** Lets content flow as long as its permit holds, and tells the record how much of it did. */
export type Watch = (stream: AsyncIterable<Uint8Array>, place: StreamPlace) => AsyncGenerator<Uint8Array>;

/**
 * Watches over everything that flows under one permit: it is decided again once a second, while something flows. Then
 * `ACCESS_DENIED` or `LOCKED_DOWN` ends the stream, before the next chunk.
 */
export function whilePermitted(permit: Permit): Watch {
  const assertStillHolds = recheckOf(permit);
  return async function* (stream, { file, start }) {
    let end = start;
    try {
      for await (const chunk of stream) {
        await assertStillHolds();
        // Before it leaves: whoever stops in the middle has had it.
        end += chunk.length;
        yield chunk;
      }
    } finally {
      permit.released(file, start, end);
    }
  };
}

/** Decides again whether the permit holds when that was last decided a second ago; throws as `Permit.assertHolds`. */
export function recheckOf(permit: Permit): () => Promise<void> {
  let decidedMs = performance.now();
  return async () => {
    if (performance.now() - decidedMs < RECHECK_MS) return;
    await permit.assertHolds();
    decidedMs = performance.now();
  };
}
