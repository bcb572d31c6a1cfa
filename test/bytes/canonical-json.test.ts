import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatCanonicalJson, MAX_CANONICAL_JSON_DEPTH, parseCanonicalJson } from '../../src/bytes/index.ts';
import { withCode } from '../storage/temporary-folder.ts';

const values = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger().map((n) => (n === 0 ? 0 : n)),
    fc.string({ unit: 'binary' }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string({ unit: 'binary' }), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;

test('sorts members by code units and writes no whitespace', () => {
  assert.equal(
    formatCanonicalJson({ b: [1, { z: null, a: true }], a: 'é\n"\\\u0000', '\u{1F600}': 1, '\uFB33': 2 }),
    '{"a":"é\\n\\"\\\\\\u0000","b":[1,{"a":true,"z":null}],"\u{1F600}":1,"\uFB33":2}',
  );
});

test('leaves absent members out', () => {
  assert.equal(formatCanonicalJson({ a: undefined, b: 1 }), '{"b":1}');
});

test('gives every value one text which parses back to it', () => {
  fc.assert(
    fc.property(values, (value) => {
      const text = formatCanonicalJson(value);
      assert.deepEqual(parseCanonicalJson(text), value);
      assert.equal(formatCanonicalJson(JSON.parse(text)), text);
    }),
  );
});

test('gives the same text whatever the order of the members', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.integer()), (object) => {
      const reversed = Object.fromEntries(Object.entries(object).reverse());
      assert.equal(formatCanonicalJson(reversed), formatCanonicalJson(object));
    }),
  );
});

test('keeps every finite double where fractions are allowed', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
      const text = formatCanonicalJson([number], { numbers: 'finite' });
      const parsed = parseCanonicalJson(text, { numbers: 'finite' }) as number[];
      assert.equal(parsed[0], number === 0 ? 0 : number);
    }),
  );
});

test('refuses to write what has no canonical text', () => {
  const deep = Array.from({ length: MAX_CANONICAL_JSON_DEPTH + 1 }).reduce<unknown>((inner) => [inner], 1);
  for (const value of [
    Number.NaN,
    Number.POSITIVE_INFINITY,
    1.5,
    2 ** 53,
    '\ud800',
    { '\udc00': 1 },
    undefined,
    [undefined],
    [, 1],
    new Date(0),
    new Map(),
    () => 1,
    1n,
    Symbol('s'),
    deep,
  ]) {
    assert.throws(() => formatCanonicalJson(value), withCode('INPUT_INVALID'));
  }
  assert.throws(() => formatCanonicalJson(Number.NaN, { numbers: 'finite' }), withCode('INPUT_INVALID'));
});

test('refuses every text but the canonical one', () => {
  for (const text of [
    '',
    '{',
    '{"a":1,"a":1}',
    '{"b":1,"a":1}',
    '{ "a":1}',
    '{"a":1}\n',
    '\ufeff{"a":1}',
    '[1.0]',
    '[1e2]',
    '[-0]',
    '[1.5]',
    '[9007199254740993]',
    '["\\u0061"]',
    '["\\/"]',
    '["\\ud800"]',
    '['.repeat(40_000),
    `${'['.repeat(200)}${']'.repeat(200)}`,
  ]) {
    assert.equal(parseCanonicalJson(text), undefined, text.slice(0, 40));
  }
});

test('takes a member called __proto__ for what it is', () => {
  const text = '{"__proto__":{"a":1}}';
  const value = parseCanonicalJson(text) as object;
  assert.deepEqual(Object.keys(value), ['__proto__']);
  assert.equal(formatCanonicalJson(value), text);
});
