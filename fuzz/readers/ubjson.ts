import assert from 'node:assert/strict';
import fc from 'fast-check';
import { scanUbjson } from '../../src/formats/index.ts';
import { changed, hostileName, hostileNumber } from '../changed.ts';
import type { Fuzzer } from '../fuzzer.ts';
import { assertProblems, watchedSource } from '../watched-source.ts';

const WIDTHS = { i: 1, U: 1, I: 2, l: 4, L: 8 } as const;
const letters = (text: string): number[] => [...Buffer.from(text, 'latin1')];

/** A length in any of the five widths, whether it fits or not. */
function lengthBytes(letter: keyof typeof WIDTHS, length: bigint): number[] {
  const width = WIDTHS[letter];
  const bytes = Array.from({ length: width }, (_, at) =>
    Number((length >> BigInt(8 * (width - 1 - at))) & 0xffn),
  );
  return [...letters(letter), ...bytes];
}

const letter = fc.constantFrom<keyof typeof WIDTHS>('i', 'U', 'I', 'l', 'L');
const key = fc.tuple(letter, hostileName, fc.option(hostileNumber, { freq: 8 })).map(([width, name, lie]) => {
  const bytes = [...Buffer.from(name)];
  return [...lengthBytes(width, lie ?? BigInt(bytes.length)), ...bytes];
});
const { value } = fc.letrec<{ value: number[] }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 6 },
    fc.constantFrom('Z', 'N', 'T', 'F', 'i\x01', 'C\x41', 'd\0\0\0\0', 'H', ']', '}', 'q').map(letters),
    key.map((bytes) => [...letters('S'), ...bytes]),
    fc
      .array(tie('value'), { maxLength: 4 })
      .map((items) => [...letters('['), ...items.flat(), ...letters(']')]),
    fc
      .tuple(
        fc.constantFrom('i', 'U', 'd', 'S', 'Z', 'T', '[', '{'),
        letter,
        hostileNumber,
        fc.uint8Array({ maxLength: 20 }),
      )
      .map(([type, width, count, data]) => [...letters(`[$${type}#`), ...lengthBytes(width, count), ...data]),
    fc
      .array(fc.tuple(key, tie('value')), { maxLength: 4 })
      .map((members) => [...letters('{'), ...members.flat(2), ...letters('}')]),
    fc
      .tuple(letter, hostileNumber, fc.array(tie('value'), { maxLength: 3 }))
      .map(([width, count, items]) => [...letters('[#'), ...lengthBytes(width, count), ...items.flat()]),
  ),
}));
const deep = fc
  .tuple(fc.constantFrom('[', '{i\x01a', '[[#i\x01'), fc.nat(5000))
  .map(([piece, count]) => letters(piece.repeat(count)));

export const fuzzer: Fuzzer = {
  files: changed(fc.oneof(value, deep).map((bytes) => Uint8Array.from(bytes))),
  async read(file) {
    const visitor = {
      member(path: readonly string[], _value: unknown, offset: number) {
        assert.ok(path.length < 10_000 && offset >= 0 && offset <= file.length);
      },
    };
    const { problems } = await scanUbjson(watchedSource(file), visitor);
    assertProblems(problems, { size: file.length });
  },
};
