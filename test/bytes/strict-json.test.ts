import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { parseStrictJson, type StrictJsonOptions, utf8Bytes } from '../../src/bytes/index.ts';

const LIMITS: StrictJsonOptions = {
  maxDepth: 8,
  maxValues: 1000,
  malformed: (what) => new Error(what),
};

function parse(text: string | Uint8Array, options: Partial<StrictJsonOptions> = {}): unknown {
  return parseStrictJson(typeof text === 'string' ? utf8Bytes(text) : text, { ...LIMITS, ...options });
}

/** With prototypes, for comparing. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
}

suite('strict JSON', () => {
  test('reads whatever JSON.stringify writes, with any white space', () => {
    const values = fc
      .jsonValue({ maxDepth: 5 })
      .filter((value) => !JSON.stringify(value).includes('"__proto__"'));
    fc.assert(
      fc.property(values, fc.constantFrom('', ' ', '\t'), (value, space) => {
        const text = JSON.stringify(value, undefined, space);
        assert.deepEqual(plain(parse(text, { maxValues: 100_000 })), JSON.parse(text));
      }),
    );
  });

  test('reads only what JSON.parse reads too', () => {
    const pieces = fc.constantFrom(
      ...Array.from('{}[],:"\\ueE+-.0123aftn \n'),
      'true',
      'null',
      '\\u00e9',
      '"a"',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const text = parts.join('');
        let ours: unknown;
        try {
          ours = parse(text);
        } catch {
          return;
        }
        assert.deepEqual(plain(ours), JSON.parse(text));
      }),
      { numRuns: 2000 },
    );
  });

  for (const text of [
    '',
    ' ',
    '01',
    '+1',
    '1.',
    '.5',
    '1e',
    '-',
    '--1',
    'NaN',
    'Infinity',
    '-Infinity',
    'nul',
    '"a',
    '"\\',
    '"\\x"',
    '"\\u12"',
    '"a\nb"',
    "'a'",
    '[1,]',
    '[1 2]',
    '[',
    '{"a"}',
    '{"a":1,}',
    '{a:1}',
    '1 2',
    '\uFEFF1',
    '1e999',
    '{"a":1,"a":2}',
    '"\\ud800"',
    '[[[[[[[[[[1]]]]]]]]]]',
  ]) {
    test(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => parse(text));
    });
  }

  test('refuses what is not UTF-8, and more values than may be', () => {
    assert.throws(() => parse(Uint8Array.of(0x22, 0xff, 0x22)), /UTF-8/);
    assert.throws(() => parse(`[${'1,'.repeat(1000)}1]`), /too many values/);
  });

  test('keeps 64-bit integers where it is asked to', () => {
    const text = '[9223372036854775807,-9223372036854775808,18446744073709551615,9007199254740991,1e3,-0]';
    assert.deepEqual(parse(text, { hasBigIntegers: true }), [
      9223372036854775807n,
      -9223372036854775808n,
      18446744073709551615n,
      9007199254740991,
      1000,
      -0,
    ]);
    assert.equal(typeof parse('9223372036854775807'), 'number');
    assert.equal(parse('123456789012345678901234567890', { hasBigIntegers: true }), 1.2345678901234568e29);
  });

  test('takes the tokens of RapidJSON and Python for what is no finite number where it is asked to', () => {
    assert.deepEqual(parse('[NaN,Infinity,-Infinity,-1]', { hasNonFinite: true }), [
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      -1,
    ]);
    assert.throws(() => parse('[-NaN]', { hasNonFinite: true }));
  });
});
