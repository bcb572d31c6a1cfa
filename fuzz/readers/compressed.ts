import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type CompressedFormat, DECODERS, openReplaySource } from '../../src/formats/index.ts';
import { contents } from '../compressed-files.ts';
import type { Fuzzer } from '../fuzzer.ts';

const HELD = 1000;
const FORMATS = Object.keys(DECODERS) as CompressedFormat[];

/** A file whose first bytes say in which pieces it is given and in which order it is asked for. */
const files = fc
  .tuple(fc.uint8Array({ minLength: 16, maxLength: 16 }), contents)
  .map(([order, content]) => Uint8Array.from([...order, ...content]));

async function* piecesOf(content: Uint8Array, sizes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0, turn = 0; at < content.length; turn++) {
    const size = 1 + 7 * (sizes[turn % sizes.length] ?? 0);
    // Its own memory: the next piece overwrites nothing.
    yield await Promise.resolve(new Uint8Array(content.subarray(at, at + size)));
    at += size;
  }
}

export const fuzzer: Fuzzer = {
  files,
  async read(file) {
    assert.ok(FORMATS.length > 0);
    const order = file.subarray(0, 16);
    const content = file.subarray(16);
    const maxContentBytes = 100 * (order[0] ?? 0);
    const { source, summary } = await openReplaySource(() => piecesOf(content, order), {
      maxHeldBytes: HELD,
      maxContentBytes,
    });
    const kept = content.subarray(0, maxContentBytes);
    assert.deepEqual(summary, { size: kept.length, isCut: kept.length < content.length });
    for (const byte of order) {
      const offset = Math.floor((byte / 256) * kept.length);
      const length = (byte * 37) % 4000;
      const read = await source.read(offset, length);
      assert.ok(Buffer.from(read).equals(kept.subarray(offset, offset + length)), `read at ${offset}`);
    }
  },
};
