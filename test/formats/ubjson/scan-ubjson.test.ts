import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { concatBytes, memorySource, utf8Bytes } from '../../../src/bytes/index.ts';
import { scanUbjson } from '../../../src/formats/index.ts';
import { mutate, mutations } from '../build/mutations.ts';

const long = (value: number | bigint): Uint8Array => {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, BigInt(value));
  return concatBytes(utf8Bytes('L'), bytes);
};
const key = (text: string) => concatBytes(long(text.length), utf8Bytes(text));
const string = (text: string) => concatBytes(utf8Bytes('S'), key(text));

async function scan(file: Uint8Array, limits = {}) {
  const seen: string[] = [];
  const { problems } = await scanUbjson(
    memorySource(file),
    {
      member: (path, { type, text }) => {
        seen.push(`${path.join('.')}=${type}${text ?? ''}`);
      },
    },
    limits,
  );
  return { seen, codes: problems.map(({ code }) => code) };
}

const GOOD = concatBytes(
  utf8Bytes('{'),
  key('learner'),
  utf8Bytes('{'),
  key('name'),
  string('gbtree'),
  key('weights'),
  utf8Bytes('[$d#'),
  long(3),
  new Uint8Array(12),
  key('list'),
  utf8Bytes('[TFZi\x05]'),
  key('counted'),
  utf8Bytes('[#i\x01'),
  string('x'),
  utf8Bytes('}}'),
);

test('walks objects, arrays, typed and counted arrays', async () => {
  const { seen, codes } = await scan(GOOD);
  assert.deepEqual(codes, []);
  assert.deepEqual(seen, [
    'learner.name=Sgbtree',
    'learner.weights=[d',
    'learner.list.[]=T',
    'learner.list.[]=F',
    'learner.list.[]=Z',
    'learner.list.[]=i',
    'learner.counted.[]=Sx',
  ]);
});

test('believes no length or count before it is held against the file', async () => {
  const cases: readonly (readonly [string, Uint8Array, string])[] = [
    ['string beyond the file', concatBytes(utf8Bytes('S'), long(1n << 60n)), 'UBJSON_INVALID'],
    ['negative length', concatBytes(utf8Bytes('S'), long(-1)), 'UBJSON_INVALID'],
    ['count beyond the file', concatBytes(utf8Bytes('[$d#'), long(1n << 60n)), 'UBJSON_INVALID'],
    ['count of strings beyond the file', concatBytes(utf8Bytes('[#'), long(99)), 'UBJSON_INVALID'],
    ['values without content', concatBytes(utf8Bytes('[$Z#'), long(1n << 40n)), 'UBJSON_LIMIT'],
    ['unknown type', utf8Bytes('x'), 'UBJSON_INVALID'],
    ['type without count', utf8Bytes('[$d]'), 'UBJSON_INVALID'],
    ['cut', GOOD.subarray(0, 30), 'UBJSON_INVALID'],
    ['trailing', concatBytes(GOOD, Uint8Array.of(0)), 'UBJSON_TRAILING'],
    [
      'duplicate key',
      concatBytes(utf8Bytes('{'), key('a'), utf8Bytes('T'), key('a'), utf8Bytes('F}')),
      'UBJSON_DUPLICATE_KEY',
    ],
    ['deep', utf8Bytes('['.repeat(1000)), 'UBJSON_LIMIT'],
  ];
  for (const [name, file, code] of cases) assert.deepEqual((await scan(file)).codes, [code], name);
});

test('changed files never throw, and end within their limit', async () => {
  const property = fc.asyncProperty(mutations, async (changes) => {
    await scan(mutate(GOOD, changes), { maxValues: 10_000 });
  });
  await fc.assert(property, { numRuns: 1000 });
});
