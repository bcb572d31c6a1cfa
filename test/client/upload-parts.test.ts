import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import fc from 'fast-check';
import { partsOf, type SizedFile } from '../../src/client/upload-parts.ts';
import { fileOf } from '../kit/temporary-home.ts';

const sized = (path: string, content: Uint8Array): SizedFile => ({
  ...fileOf(path, content),
  size: content.length,
});

test('parts are the files one after the other, whatever their sizes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 }),
      fc.integer({ min: 1, max: 64 }),
      async (contents, partBytes) => {
        const files = contents.map((content, at) => sized(`f${at}`, content));
        const parts: Buffer[] = [];
        let offset = 0;
        for await (const part of partsOf(files, partBytes)) {
          assert.equal(part.offset, offset);
          assert.ok(part.bytes.length > 0 && part.bytes.length <= partBytes);
          offset += part.bytes.length;
          parts.push(Buffer.from(part.bytes));
        }
        assert.ok(Buffer.concat(parts).equals(Buffer.concat(contents)));
      },
    ),
    { numRuns: 60 },
  );
});

test('a part stays as it is until the next is asked for', async () => {
  const content = randomBytes(100);
  const iterator = partsOf([sized('f', content)], 10)[Symbol.asyncIterator]();
  const { value } = (await iterator.next()) as { value: { bytes: Uint8Array } };
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.ok(Buffer.from(value.bytes).equals(content.subarray(0, 10)));
  await iterator.return(undefined);
});

for (const [words, size] of [
  ['shrank', 11],
  ['grew', 9],
] as const) {
  test(`a file that ${words} since its size was taken is refused`, async () => {
    const file = { ...fileOf('f', new Uint8Array(10)), size };
    const read = async (): Promise<void> => {
      for await (const { bytes } of partsOf([file], 4)) assert.ok(bytes.length > 0);
    };
    await assert.rejects(read(), { code: 'INPUT_INVALID' });
  });
}
