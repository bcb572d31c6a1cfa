import type { ByteSource } from '../bytes/index.ts';
import { openReplaySource } from '../formats/index.ts';
import type { ScanContext } from './check.ts';

/** Decompressed content that is held in memory; more is decompressed again for every look back. */
const HELD_BYTES = 1 << 24;

/**
 * Random access to something that a decompressor makes, every byte of it counted against the budget each time it is
 * made. `onChunk` sees the first pass, which is over when this resolves.
 */
export async function openInnerSource(
  open: () => AsyncGenerator<Uint8Array, unknown>,
  context: ScanContext,
  onChunk?: (chunk: Uint8Array) => void,
): Promise<ByteSource> {
  const metered = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of open()) {
      context.budget.spendBytes(chunk.length);
      yield chunk;
    }
  };
  const { source } = await openReplaySource(metered, {
    maxHeldBytes: HELD_BYTES,
    // The budget ends it before.
    maxContentBytes: Number.MAX_SAFE_INTEGER,
    ...(onChunk !== undefined && { onChunk }),
  });
  return source;
}
