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

  test('reads the elements of an array as it reads each of them by itself', () => {
    const digits = (most: number) => fc.stringMatching(new RegExp(`^[0-9]{1,${most}}$`));
    const token = fc.oneof(
      { weight: 4, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }).map(String) },
      { weight: 4, arbitrary: fc.tuple(fc.constantFrom('', '-'), digits(22)).map((parts) => parts.join('')) },
      {
        weight: 4,
        arbitrary: fc
          .tuple(fc.constantFrom('', '-'), digits(20), fc.constant('.'), digits(20))
          .map((parts) => parts.join('')),
      },
      fc.integer().map(String),
      fc.constantFrom('-0', '1e5', '1e999', '1.5E-7', '9007199254740993.0', 'true', '"a,]"', '[1,2]', 'NaN'),
      fc.constantFrom('01', '-', '1.', '.5', '+1', '1e', '--1', '', '1 2', '-Infinity', '[1,]'),
    );
    const spaced = fc
      .tuple(token, fc.constantFrom('', ' ', '\n'))
      .map(([word, space]) => space + word + space);
    const flags = fc.record({ hasBigIntegers: fc.boolean(), hasNonFinite: fc.boolean() });
    const outcomeOf = (read: () => unknown): unknown => {
      try {
        return { value: read() };
      } catch {
        return 'refused';
      }
    };
    fc.assert(
      fc.property(fc.array(spaced, { minLength: 2, maxLength: 6 }), flags, (words, options) => {
        assert.deepEqual(
          outcomeOf(() => parse(`[${words.join(',')}]`, options)),
          outcomeOf(() => words.map((word) => parse(word, options))),
        );
      }),
      { numRuns: 5000 },
    );
  });

  test('counts the numbers of an array, however they are written', () => {
    for (const number of ['1', '0.1234567890123456', '1e2']) {
      const text = `[${`${number},`.repeat(8)}${number}]`;
      assert.equal((parse(text, { maxValues: 10 }) as unknown[]).length, 9);
      assert.throws(() => parse(text, { maxValues: 9 }), /too many values/);
      assert.throws(() => parse(`[${text}]`, { maxDepth: 1 }), /too deep/);
    }
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
