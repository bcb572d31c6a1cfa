import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { utf8Bytes } from '../../src/bytes/index.ts';
import { MAX_JSON_DEPTH } from '../../src/signing/limits.ts';
import { parseSignatureJson } from '../../src/signing/signature-json.ts';
import { refusal } from './refusal.ts';

const parse = (text: string): unknown => parseSignatureJson(utf8Bytes(text));

test('JSON without duplicates is read as JSON.parse reads it', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(0, 2), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      assert.deepEqual(JSON.parse(JSON.stringify(parse(text))), JSON.parse(text));
    }),
  );
});

test('a member may not stand twice, however it is spelled', () => {
  for (const text of [
    '{"a":1,"a":1}',
    '{"a":1,"\\u0061":1}',
    '{"x":{"a":1,"b":2,"a":3}}',
    '{"__proto__":1,"__proto__":2}',
  ]) {
    assert.throws(() => parse(text), refusal('SIGNATURE_MALFORMED', /twice/));
  }
});

test('names of the prototype are members like others', () => {
  const value = parse('{"__proto__":{"polluted":true},"constructor":1}') as Record<string, unknown>;
  assert.deepEqual(Object.keys(value), ['__proto__', 'constructor']);
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
});

test('nesting goes as deep as the limit, and a million brackets do not overflow the stack', () => {
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
  parse(nested(MAX_JSON_DEPTH));
  for (const depth of [MAX_JSON_DEPTH + 2, 1_000_000]) {
    assert.throws(() => parse(nested(depth)), refusal('SIGNATURE_MALFORMED', /too deep/));
  }
});

test('a million and more values are refused', () => {
  const many = `[${'0,'.repeat(1_000_000)}0]`;
  assert.throws(() => parse(many), refusal('SIGNATURE_MALFORMED', /too many values/));
});

const BAD = [
  '',
  ' ',
  '{',
  '[',
  '[1,]',
  '{"a":1,}',
  '{a:1}',
  "{'a':1}",
  '01',
  '+1',
  '1.',
  '.5',
  '1e',
  '--1',
  'NaN',
  'Infinity',
  '1e999',
  'True',
  'nul',
  '"',
  '"\n"',
  '"\\x41"',
  '"\\u12"',
  '"\\ud800"',
  '[1] 2',
  '/**/1',
  '1//',
  '\u00a01',
  '\ufeff1',
  '[1 2]',
  '{"a" 1}',
];

for (const text of BAD) {
  test(`refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => parse(text), refusal('SIGNATURE_MALFORMED'));
  });
}
