import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { isZstd } from '../../src/formats/index.ts';
import { changed } from '../changed.ts';
import { contents } from '../compressed-files.ts';
import { decodeAll } from '../decode-all.ts';
import type { Fuzzer } from '../fuzzer.ts';

const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];

/** A frame header of any shape, and blocks of any kind with lengths of any size. */
const frame = fc
  .tuple(
    fc.nat(255),
    fc.uint8Array({ maxLength: 14 }),
    fc.array(fc.tuple(fc.nat(0xffffff), fc.uint8Array({ maxLength: 40 })), { maxLength: 4 }),
  )
  .map(([descriptor, header, blocks]) =>
    Uint8Array.from([
      ...MAGIC,
      descriptor,
      ...header,
      ...blocks.flatMap(([head, data]) => [head & 0xff, (head >> 8) & 0xff, head >> 16, ...data]),
    ]),
  );

/** A frame that readers skip, with a length that may lie. */
const skippable = fc
  .tuple(fc.nat(15), fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.uint8Array({ maxLength: 20 }))
  .map(([kind, length, data]) => Uint8Array.from([0x50 + kind, 0x2a, 0x4d, 0x18, ...length, ...data]));

const whole = contents.map((content) => new Uint8Array(zstdCompressSync(content)));

export const fuzzer: Fuzzer = {
  files: changed(
    fc
      .array(fc.oneof(whole, frame, skippable), { minLength: 1, maxLength: 3 })
      .map((parts) => new Uint8Array(Buffer.concat(parts))),
  ),
  async read(file) {
    isZstd(file);
    await decodeAll('zstd', file);
  },
};
