import fc from 'fast-check';
import { isLz4 } from '../../src/formats/index.ts';
import { Xxh32 } from '../../src/formats/lz4/xxh32.ts';
import { changed } from '../changed.ts';
import { madeFiles } from '../compressed-files.ts';
import { decodeAll } from '../decode-all.ts';
import type { Fuzzer } from '../fuzzer.ts';

const block = fc
  .record({
    literals: fc.uint8Array({ maxLength: 20 }),
    token: fc.nat(255),
    distance: fc.nat(0xffff),
    more: fc.uint8Array({ maxLength: 30 }),
    isStored: fc.boolean(),
    lie: fc.option(fc.integer({ min: 0, max: 0x7fffffff }), { freq: 8 }),
  })
  .map(({ literals, token, distance, more, isStored, lie }) => {
    const data = Buffer.from([token, ...literals, distance & 0xff, distance >> 8, ...more]);
    const head = Buffer.alloc(4);
    head.writeUInt32LE(((lie ?? data.length) | (isStored ? 0x80000000 : 0)) >>> 0);
    return Buffer.concat([head, data]);
  });

/** A frame whose header has its right check byte, so that what it says is believed. */
const frame = fc
  .tuple(
    fc.nat(255),
    fc.constantFrom(0x40, 0x50, 0x60, 0x70, 0x00, 0xff),
    fc.array(block, { maxLength: 4 }),
    fc.uint8Array({ minLength: 12, maxLength: 12 }),
  )
  .map(([flags, sizes, blocks, extra]) => {
    const optional = ((flags & 0x08) === 0 ? 0 : 8) + ((flags & 0x01) === 0 ? 0 : 4);
    const header = Buffer.from([(flags & 0x3f) | 0x40, sizes, ...extra.subarray(0, optional)]);
    const check = (new Xxh32().update(header).digest() >>> 8) & 0xff;
    return new Uint8Array(
      Buffer.concat([
        Buffer.from([0x04, 0x22, 0x4d, 0x18]),
        header,
        Buffer.from([check]),
        ...blocks,
        Buffer.alloc(4),
      ]),
    );
  });

export const fuzzer: Fuzzer = {
  files: fc.oneof(changed(madeFiles('lz4')), frame, changed(frame)),
  async read(file) {
    isLz4(file);
    await decodeAll('lz4', file);
  },
};
