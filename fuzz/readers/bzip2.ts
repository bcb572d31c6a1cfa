import fc from 'fast-check';
import { isBzip2 } from '../../src/formats/index.ts';
import { changed } from '../changed.ts';
import { madeFiles } from '../compressed-files.ts';
import { decodeAll } from '../decode-all.ts';
import type { Fuzzer } from '../fuzzer.ts';

const BLOCK = [0x31, 0x41, 0x59, 0x26, 0x53, 0x59];

/** A block whose tables are noise, behind a header that is right: the bits are read by the Huffman decoder. */
const noise = fc
  .tuple(fc.integer({ min: 0x31, max: 0x39 }), fc.uint8Array({ maxLength: 400 }))
  .map(([level, bits]) => Uint8Array.from([0x42, 0x5a, 0x68, level, ...BLOCK, 0, 0, 0, 0, ...bits]));

export const fuzzer: Fuzzer = {
  files: fc.oneof(changed(madeFiles('bzip2')), noise),
  async read(file) {
    isBzip2(file);
    await decodeAll('bzip2', file);
  },
};
