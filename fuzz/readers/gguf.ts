import fc from 'fast-check';
import { readGguf } from '../../src/formats/index.ts';
import { type BuiltEntry, ggufFile, ggufString, u32, u64 } from '../../test/formats/build/gguf.ts';
import { changed, hostileName, hostileNumber } from '../changed.ts';
import type { Fuzzer } from '../fuzzer.ts';
import { assertProblems, watchedSource } from '../watched-source.ts';

const ARRAY = 9;

const scalar = fc.oneof(
  hostileName.map((text) => [8, new Uint8Array(ggufString(text))] as const),
  fc.tuple(fc.nat(13), fc.uint8Array({ maxLength: 8 })).map(([type, bytes]) => [type, bytes] as const),
  hostileNumber.map((length) => [8, new Uint8Array(u64(length))] as const),
);

const { value } = fc.letrec<{ value: readonly [number, Uint8Array] }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    scalar,
    fc
      .tuple(fc.array(tie('value'), { maxLength: 3 }), fc.option(hostileNumber, { freq: 3 }), fc.nat(13))
      .map(([items, count, otherwise]) => {
        const type = items[0]?.[0] ?? otherwise;
        const bytes = items.map((item) => item[1]);
        const head = [u32(type), u64(count ?? items.length)];
        return [ARRAY, new Uint8Array(Buffer.concat([...head, ...bytes]))] as const;
      }),
  ),
}));

const key = fc.oneof(
  fc.constantFrom(
    'general.alignment',
    'general.architecture',
    'tokenizer.chat_template',
    'tokenizer.ggml.tokens',
  ),
  hostileName,
);
const entry = fc.tuple(key, value).map(([name, [type, bytes]]): BuiltEntry => [name, type, bytes]);
const tensor = fc.record({
  name: hostileName,
  shape: fc.array(hostileNumber, { maxLength: 6 }),
  type: fc.nat(45),
  offset: hostileNumber,
});

const files = fc
  .record({
    version: fc.constantFrom(3, 3, 3, 2, 1, 4, 0x03000000),
    entries: fc.array(entry, { maxLength: 6 }),
    tensors: fc.array(tensor, { maxLength: 4 }),
    counts: fc.option(fc.tuple(hostileNumber, hostileNumber), { freq: 4 }),
    dataBytes: fc.nat(200),
  })
  .map(({ counts, ...parts }) =>
    ggufFile({ ...parts, ...(counts !== null && { entryCount: counts[0], tensorCount: counts[1] }) }),
  );

export const fuzzer: Fuzzer = {
  files: changed(files),
  async read(file) {
    const { problems } = await readGguf(watchedSource(file));
    assertProblems(problems, { size: file.length });
  },
};
