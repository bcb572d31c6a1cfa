import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readMsgpack } from '../../src/formats/index.ts';
import { changed, hostileNumber } from '../changed.ts';
import type { Fuzzer } from '../fuzzer.ts';
import { assertProblems, watchedSource } from '../watched-source.ts';

function big(value: bigint, width: number): number[] {
  return Array.from({ length: width }, (_, at) => Number((value >> BigInt(8 * (width - 1 - at))) & 0xffn));
}

/** A value with a length of its own choice: the right one, or any. */
const sized = (tags: readonly (readonly [tag: number, width: number])[], body: fc.Arbitrary<number[]>) =>
  fc
    .tuple(fc.constantFrom(...tags), body, fc.option(hostileNumber, { freq: 6 }))
    .map(([[tag, width], bytes, lie]) => [tag, ...big(lie ?? BigInt(bytes.length), width), ...bytes]);

const raw = fc.uint8Array({ maxLength: 40 }).map((bytes) => [...bytes]);
const { value } = fc.letrec<{ value: number[] }>((tie) => {
  const items = fc.array(tie('value'), { maxLength: 4 });
  return {
    value: fc.oneof(
      { maxDepth: 7 },
      fc.nat(255).map((byte) => [byte]),
      fc.tuple(fc.integer({ min: 0xc0, max: 0xd8 }), raw).map(([tag, bytes]) => [tag, ...bytes]),
      sized(
        [
          [0xc4, 1],
          [0xc5, 2],
          [0xc6, 4],
          [0xd9, 1],
          [0xda, 2],
          [0xdb, 4],
        ],
        raw,
      ),
      items.map((values) => [0x90 | values.length, ...values.flat()]),
      items.map((values) => [0x80 | (values.length >> 1), ...values.flat()]),
      fc
        .tuple(fc.constantFrom(0xdc, 0xde), items, fc.option(hostileNumber, { freq: 6 }))
        .map(([tag, values, lie]) => [tag, ...big(lie ?? BigInt(values.length), 2), ...values.flat()]),
      fc
        .tuple(fc.constantFrom(1, 2, 3, 0xff, 42), tie('value'), fc.option(fc.nat(300), { freq: 6 }))
        .map(([type, inner, lie]) => [0xc8, ...big(BigInt(lie ?? inner.length), 2), type, ...inner]),
    ),
  };
});
const deep = fc.nat(3000).map((depth) => [...Array<number>(depth).fill(0x91), 0xc0]);

export const fuzzer: Fuzzer = {
  files: changed(fc.oneof(value, value, value, deep).map((bytes) => Uint8Array.from(bytes))),
  async read(file) {
    const { values, blobs, problems } = await readMsgpack(watchedSource(file));
    assert.ok(values <= file.length + 1, 'more values than bytes');
    for (const { start, end } of blobs) assert.ok(start >= 0 && start <= end && end <= file.length);
    assertProblems(problems, { size: file.length });
  },
};
