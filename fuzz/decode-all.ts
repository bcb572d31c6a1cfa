import assert from 'node:assert/strict';
import { type CompressedFormat, DECODERS, type FormatProblem } from '../src/formats/index.ts';
import { assertProblems, watchedSource } from './watched-source.ts';

/** Content after which reading is given up, as a budget of the scan would. */
const MAX_CONTENT_BYTES = 1 << 22;
/** Longest chunk that a decoder may give: a chunk of LZMA2 has 2 MiB, a block of lz4 4 MiB. */
const MAX_CHUNK_BYTES = 1 << 22;

/** Decompresses a file to its end, a break or the limit, and holds the decoder to its contract. */
export async function decodeAll(format: CompressedFormat, file: Uint8Array): Promise<number> {
  const problems: FormatProblem[] = [];
  const stream = DECODERS[format]({
    source: watchedSource(file),
    start: 0,
    note: (problem) => problems.push(problem),
  });
  let size = 0;
  for (;;) {
    const next = await stream.next();
    if (next.done === true) {
      assert.ok(next.value >= 0 && next.value <= file.length, `the end is ${next.value}`);
      break;
    }
    assert.ok(next.value.length <= MAX_CHUNK_BYTES, `a chunk of ${next.value.length} bytes`);
    size += next.value.length;
    if (size <= MAX_CONTENT_BYTES) continue;
    await stream.return(0);
    break;
  }
  assertProblems(problems, { size: file.length });
  return size;
}
