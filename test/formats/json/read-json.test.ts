import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { memorySource, utf8Bytes } from '../../../src/bytes/index.ts';
import { JsonNumber, JsonObject, type JsonValue, readJson } from '../../../src/formats/index.ts';

const read = (text: string | Uint8Array, options = {}) =>
  readJson(memorySource(typeof text === 'string' ? utf8Bytes(text) : text), options);
const codes = async (text: string | Uint8Array, options = {}): Promise<string[]> =>
  (await read(text, options)).problems.map(({ code }) => code);

function plain(value: JsonValue | undefined): unknown {
  if (value instanceof JsonObject)
    return Object.fromEntries(value.members.map((each) => [each.key, plain(each.value)]));
  if (value instanceof JsonNumber) return Number(value.text);
  return Array.isArray(value) ? (value as readonly JsonValue[]).map(plain) : value;
}

test('reads what JSON.parse reads, with the same value', async () => {
  const property = fc.asyncProperty(fc.json({ maxDepth: 6 }), async (text) => {
    const expected: unknown = JSON.parse(text);
    const { value, problems } = await read(text);
    const duplicates = problems.every(({ code }) => code === 'JSON_DUPLICATE_KEY');
    assert.ok(duplicates, text);
    assert.deepEqual(JSON.stringify(plain(value)), JSON.stringify(expected));
  });
  await fc.assert(property, { numRuns: 300 });
});

test('refuses whatever JSON.parse refuses', async () => {
  const changed = fc
    .tuple(
      fc.json({ maxDepth: 4 }),
      fc.nat(),
      fc.constantFrom('"', '{', ',', ':', '\\', '0', ' ', '\u0000', 'e'),
    )
    .map(([text, at, char]) => text.slice(0, at % text.length) + char + text.slice((at % text.length) + 1));
  const property = fc.asyncProperty(changed, async (text) => {
    let isJson = true;
    try {
      JSON.parse(text);
    } catch {
      isJson = false;
    }
    const { value } = await read(text);
    assert.equal(value !== undefined, isJson, text);
  });
  await fc.assert(property, { numRuns: 500 });
});

test('names a duplicate key with its place, and keeps both values', async () => {
  const { value, problems } = await read('{"a":1,"b":{"c":1,"\\u0063":2},"a":3}');
  assert.deepEqual(
    problems.map(({ code, offset }) => [code, offset]),
    [
      ['JSON_DUPLICATE_KEY', 18],
      ['JSON_DUPLICATE_KEY', 30],
    ],
  );
  assert.ok(value instanceof JsonObject);
  assert.equal(value.members.length, 3);
});

test('keeps the spelling of integers beyond 2^53', async () => {
  const { value } = await read('[18446744073709551615]');
  assert.ok(Array.isArray(value) && value[0] instanceof JsonNumber);
  assert.equal(value[0].natural, 18446744073709551615n);
});

test('refuses broken texts of every kind', async () => {
  const cases: readonly (readonly [string | Uint8Array, string])[] = [
    ['', 'JSON_TRUNCATED'],
    ['{', 'JSON_TRUNCATED'],
    ['"a', 'JSON_TRUNCATED'],
    ['{"a":1}x', 'JSON_TOKEN_INVALID'],
    ['{"a":1}{}', 'JSON_TRAILING'],
    ['[1,]', 'JSON_GRAMMAR'],
    ['{,}', 'JSON_GRAMMAR'],
    ['[01]', 'JSON_TOKEN_INVALID'],
    ['"\t"', 'JSON_STRING_INVALID'],
    ['"\\x41"', 'JSON_STRING_INVALID'],
    [Uint8Array.of(0x22, 0xff, 0x22), 'JSON_STRING_INVALID'],
    ['{"a" 1}', 'JSON_GRAMMAR'],
    ['[1}', 'JSON_GRAMMAR'],
    ['/* no */ 1', 'JSON_TOKEN_INVALID'],
  ];
  for (const [text, code] of cases) assert.deepEqual(await codes(text), [code], String(text));
});

test('ends at its limits: depth, values, numbers, long strings, size', async () => {
  assert.deepEqual(await codes('['.repeat(300)), ['JSON_LIMIT']);
  assert.deepEqual(await codes('[[],[],[]]', { maxValues: 2 }), ['JSON_LIMIT']);
  assert.deepEqual(await codes('[1,2,3]', { maxNumbers: 2 }), ['JSON_LIMIT']);
  assert.deepEqual(await codes(`"${'a'.repeat(300_000)}"`, { maxTokenBytes: 1000 }), ['JSON_LIMIT']);
  assert.deepEqual(await codes('[1]', { maxBytes: 2 }), ['JSON_TOO_LARGE']);
});

test('reads a string that is longer than many windows, in linear time', async () => {
  const text = '"\\\\'.padEnd(3_000_000, 'ab\\n') + 'x"';
  const { value } = await read(`{"k":${text}}`);
  assert.ok(value instanceof JsonObject);
  assert.equal(value.text('k'), JSON.parse(text));
});
