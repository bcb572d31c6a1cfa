import { bufferView, concatBytes } from '../bytes/index.ts';
import type { Flow } from './flow.ts';
import type { InputReader } from './input-reader.ts';
import { type SegmentPool, SLAB_BYTES } from './segment-pool.ts';

/** How much of the beginning decides. */
const SAMPLE_BYTES = 4_194_304;
/** What compression may leave at most to be worth a frame's decompression with every small read. */
const WORTHWHILE_RATIO = 0.9;
/** A sample up to here is compressed on the spot. */
const INLINE_BYTES = 65_536;

/** The beginning of a stream, kept because it is needed again. */
export async function readSample(input: InputReader): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (let length = 0; length < SAMPLE_BYTES; ) {
    const chunk = await input.read();
    if (chunk === undefined) break;
    parts.push(chunk);
    length += chunk.length;
  }
  const sample = concatBytes(...parts);
  for (const part of parts) part.fill(0);
  return sample;
}

/** Whether zstd at this level saves at least a tenth of the sample. */
export async function isWorthCompressing(
  sample: Uint8Array,
  level: number,
  { pool, flow }: { readonly pool: SegmentPool; readonly flow: Flow },
): Promise<boolean> {
  // The last chunk may have been far longer than what was wanted.
  const measuredBytes = Math.min(sample.length, SAMPLE_BYTES);
  const thread = sample.length <= INLINE_BYTES ? pool.inlineLane() : pool;
  const compressing: Promise<number>[] = [];
  for (let at = 0; at < measuredBytes; at += SLAB_BYTES) {
    const part = sample.subarray(at, Math.min(at + SLAB_BYTES, measuredBytes));
    const slab = pool.takeSlab(SLAB_BYTES);
    // Not `set`, which goes word by word where the memory is shared.
    bufferView(part).copy(bufferView(slab));
    const compressed = thread.run('compress', { content: slab.subarray(0, part.length), level });
    const measured = compressed.finally(() => pool.returnSlab(slab)).then((frame) => frame.length);
    flow.track(measured);
    compressing.push(measured);
  }
  const lengths = await Promise.all(compressing);
  return lengths.reduce((sum, length) => sum + length, 0) < measuredBytes * WORTHWHILE_RATIO;
}
