import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatShare, parseShare } from '../../src/keyring/share-text.ts';
import { code } from './kit.ts';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

const anyShare = fc.record(
  {
    vaultMark: fc.uint8Array({ minLength: 4, maxLength: 4 }),
    sealMark: fc.uint8Array({ minLength: 4, maxLength: 4 }),
    threshold: fc.integer({ min: 2, max: 255 }),
    index: fc.integer({ min: 1, max: 255 }),
    value: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  },
  { noNullPrototype: true },
);

/** Position of a character of the body in the text, and its group from 1. */
const anyPlace = fc.integer({ min: 0, max: 89 }).map((n) => {
  const group = Math.floor(n / 5);
  return { at: 5 + group * 6 + (n % 5), group: group + 1 };
});

function replaceAt(text: string, at: number, char: string): string {
  return text.slice(0, at) + char + text.slice(at + 1);
}

test('a share reads back as it was written', () => {
  fc.assert(
    fc.property(anyShare, (share) => {
      const text = formatShare(share);
      assert.match(text, /^SRS1(-[0-9A-HJKMNP-TV-Z]{5}){18}$/);
      assert.deepEqual(parseShare(text, 1), share);
    }),
  );
});

test('case, blanks, dashes and the usual confusions of letters do not count', () => {
  fc.assert(
    fc.property(anyShare, (share) => {
      const text = formatShare(share);
      const typed = ` ${text.slice(4).toLowerCase().replaceAll('-', ' \n').replaceAll('0', 'o').replaceAll('1', 'l')} `;
      assert.deepEqual(parseShare(`srs1${typed}`, 1), share);
      assert.deepEqual(parseShare(`SRSI${typed.replaceAll('l', 'I')}`, 1), share);
    }),
  );
});

test('a changed character is named by share and group', () => {
  fc.assert(
    fc.property(anyShare, anyPlace, fc.integer({ min: 0, max: 31 }), (share, { at, group }, symbol) => {
      const text = formatShare(share);
      const char = ALPHABET.charAt(symbol);
      fc.pre(char !== text[at]);
      assert.throws(
        () => parseShare(replaceAt(text, at, char), 3),
        (error) =>
          code('SHARE_MALFORMED')(error) &&
          (error as Error).message === `share 3 is mistyped in group ${group}`,
      );
    }),
  );
});

test('two neighbouring characters swapped are found', () => {
  fc.assert(
    fc.property(anyShare, anyPlace, (share, { at }) => {
      const text = formatShare(share).replaceAll('-', '');
      const flat = at - Math.floor((at + 1) / 6);
      const [left = '', right = ''] = text.slice(flat, flat + 2);
      fc.pre(left !== right && right !== '');
      const swapped = text.slice(0, flat) + right + left + text.slice(flat + 2);
      assert.throws(() => parseShare(swapped, 1), code('SHARE_MALFORMED'));
    }),
  );
});

test('two groups swapped are found', () => {
  fc.assert(
    fc.property(anyShare, fc.integer({ min: 1, max: 17 }), (share, at) => {
      const parts = formatShare(share).split('-');
      const swapped = [...parts.slice(0, at), parts[at + 1], parts[at], ...parts.slice(at + 2)];
      assert.throws(() => parseShare(swapped.join('-'), 1), code('SHARE_MALFORMED'));
    }),
  );
});

test('any other text is refused with a code', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (text) => {
      assert.throws(() => parseShare(text, 1), code('SHARE_MALFORMED'));
    }),
  );
});

for (const [what, change, message] of [
  [
    'a missing character',
    (text: string) => text.slice(0, -1),
    'share 2 has 89 characters after SRS1, expected 90',
  ],
  ['a doubled character', (text: string) => `${text}0`, 'share 2 has 91 characters after SRS1, expected 90'],
  ['another text', (text: string) => `X${text}`, 'share 2 does not begin with SRS1'],
  ['a book', (text: string) => text.repeat(10), 'share 2 is far too long'],
] as const) {
  test(`refuses ${what} in plain words`, () => {
    const share = { vaultMark: new Uint8Array(4), sealMark: new Uint8Array(4), threshold: 2, index: 1 };
    const text = formatShare({ ...share, value: new Uint8Array(32) });
    assert.throws(() => parseShare(change(text), 2), { code: 'SHARE_MALFORMED', message });
  });
}

test('refuses a share of a later version as such', () => {
  assert.throws(() => parseShare('SRS2-00000', 1), code('KEYRING_UNSUPPORTED'));
});

test('refuses a number that no share has', () => {
  const share = { vaultMark: new Uint8Array(4), sealMark: new Uint8Array(4), value: new Uint8Array(32) };
  assert.throws(
    () => parseShare(formatShare({ ...share, threshold: 1, index: 1 }), 1),
    code('SHARE_MALFORMED'),
  );
  assert.throws(
    () => parseShare(formatShare({ ...share, threshold: 2, index: 0 }), 1),
    code('SHARE_MALFORMED'),
  );
});
