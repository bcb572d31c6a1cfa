import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { isLzma, isXz } from '../../src/formats/index.ts';
import { changed, hostileNumber } from '../changed.ts';
import { madeFiles } from '../compressed-files.ts';
import { decodeAll } from '../decode-all.ts';
import type { Fuzzer } from '../fuzzer.ts';

const MAGIC = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]);

function summed(bytes: Uint8Array): Buffer {
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(crc32(bytes));
  return Buffer.concat([bytes, sum]);
}

function multibyte(value: bigint): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7n) {
    if (rest < 0x80n) return [...bytes, Number(rest)];
    bytes.push(Number(rest & 0x7fn) | 0x80);
  }
}

/** A chunk of LZMA2: stored or compressed, with any resets and sizes. */
const chunk = fc.oneof(
  fc
    .tuple(fc.constantFrom(1, 2), fc.uint8Array({ minLength: 1, maxLength: 60 }))
    .map(([control, data]) => [control, 0, data.length - 1, ...data]),
  fc
    .record({
      reset: fc.nat(3),
      size: fc.nat(0x1fffff),
      properties: fc.oneof(fc.constant(0x5d), fc.nat(255)),
      data: fc.uint8Array({ minLength: 5, maxLength: 80 }),
    })
    .map(({ reset, size, properties, data }) => [
      0x80 | (reset << 5) | (size >> 16),
      (size >> 8) & 0xff,
      size & 0xff,
      0,
      data.length - 1,
      ...(reset >= 2 ? [properties] : []),
      0,
      ...data.subarray(1),
    ]),
);

/** A stream of one block with right check sums in its headers, so that what they say is believed. */
const stream = fc
  .record({
    check: fc.constantFrom(0, 1, 4, 10, 2, 15),
    flags: fc.constantFrom(0, 0, 0x40, 0x80, 0xc0, 3),
    sizes: fc.tuple(hostileNumber, hostileNumber),
    dictionary: fc.nat(45),
    chunks: fc.array(chunk, { maxLength: 5 }),
    tail: fc.uint8Array({ maxLength: 60 }),
  })
  .map(({ check, flags, sizes, dictionary, chunks, tail }) => {
    const head = summed(Buffer.from([0, check]));
    const fields = [
      flags,
      ...((flags & 0x40) === 0 ? [] : multibyte(sizes[0])),
      ...((flags & 0x80) === 0 ? [] : multibyte(sizes[1])),
      0x21,
      1,
      dictionary,
    ];
    while ((fields.length + 1) % 4 !== 0) fields.push(0);
    const block = summed(Buffer.from([(fields.length + 1) / 4, ...fields]));
    return new Uint8Array(
      Buffer.concat([MAGIC, head, block, Buffer.from([...chunks.flat(), 0]), Buffer.from(tail)]),
    );
  });

const lzma = fc
  .tuple(
    fc.oneof(fc.constant(0x5d), fc.nat(255)),
    fc.nat(31),
    hostileNumber,
    fc.uint8Array({ maxLength: 120 }),
  )
  .map(([properties, power, size, data]) => {
    const header = Buffer.alloc(13);
    header[0] = properties;
    header.writeUInt32LE((2 ** power) >>> 0, 1);
    header.writeBigUInt64LE(size, 5);
    return new Uint8Array(Buffer.concat([header, Buffer.from([0]), data]));
  });

export const fuzzer: Fuzzer = {
  files: fc.oneof(changed(madeFiles('xz')), changed(madeFiles('lzma')), stream, changed(stream), lzma),
  async read(file) {
    isXz(file);
    isLzma(file);
    await decodeAll('xz', file);
    await decodeAll('lzma', file);
  },
};
