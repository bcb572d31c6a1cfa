import assert from 'node:assert/strict';
import { hkdfSync } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { SecretBytes, toHex, utf8Bytes } from '../../src/bytes/index.ts';
import {
  deriveKey,
  gcmOpen,
  gcmSeal,
  hkdf,
  hkdfExpand,
  hkdfExtract,
  importKey,
} from '../../src/crypto/index.ts';
import { countUp, hex } from './hex.ts';

/** RFC 5869, appendix A, test cases 1 to 3. */
const VECTORS = [
  {
    keyingMaterial: new Uint8Array(22).fill(0x0b),
    salt: countUp(0x00, 0x0c),
    info: countUp(0xf0, 0xf9),
    prk: '077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5',
    okm: '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
  },
  {
    keyingMaterial: countUp(0x00, 0x4f),
    salt: countUp(0x60, 0xaf),
    info: countUp(0xb0, 0xff),
    prk: '06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244',
    okm: 'b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87',
  },
  {
    keyingMaterial: new Uint8Array(22).fill(0x0b),
    salt: new Uint8Array(0),
    info: new Uint8Array(0),
    prk: '19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04',
    okm: '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
  },
];

for (const [index, { keyingMaterial, salt, info, prk, okm }] of VECTORS.entries()) {
  test(`HKDF-SHA-256 gives what RFC 5869 says, test case ${index + 1}`, () => {
    const purpose = { info, length: hex(okm).length };
    assert.equal(toHex(hkdfExtract('sha256', salt, keyingMaterial)), prk);
    assert.equal(toHex(hkdfExpand('sha256', hex(prk), purpose)), okm);
    assert.equal(toHex(hkdfExpand('sha256', importKey(hex(prk)), purpose)), okm);
    assert.equal(toHex(hkdf('sha256', { keyingMaterial, salt }, purpose)), okm);
  });
}

test('HKDF agrees with another implementation for every hash and length', () => {
  const hashes = fc.constantFrom('sha256', 'sha384', 'sha512');
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 80 });
  fc.assert(
    fc.property(
      hashes,
      fc.tuple(bytes, bytes, bytes),
      fc.integer({ min: 1, max: 300 }),
      (name, [ikm, salt, info], length) => {
        const source = { keyingMaterial: SecretBytes.copyOf(ikm), salt };
        const expected = new Uint8Array(hkdfSync(name, ikm, salt, info, length));
        assert.deepEqual(hkdf(name, source, { info, length }), expected);
      },
    ),
  );
});

test('HKDF refuses to stretch beyond 255 blocks', () => {
  const key = new Uint8Array(48);
  const info = utf8Bytes('too long');
  assert.equal(hkdfExpand('sha384', key, { info, length: 255 * 48 }).length, 255 * 48);
  assert.throws(() => hkdfExpand('sha384', key, { info, length: 255 * 48 + 1 }), RangeError);
  assert.throws(() => hkdfExpand('sha384', key, { info, length: -1 }), RangeError);
  assert.throws(() => hkdfExpand('sha384', key, { info, length: 1.5 }), RangeError);
});

test('a derived key is the expanded bytes, imported', () => {
  const purpose = { info: utf8Bytes('derived'), length: 32 };
  const secret = SecretBytes.copyOf(countUp(0, 47));
  const iv = new Uint8Array(12);
  const sealed = gcmSeal({ key: deriveKey('sha384', secret, purpose), iv }, utf8Bytes('hello'));
  const raw = hkdfExpand('sha384', secret, purpose);
  assert.deepEqual(gcmOpen({ key: raw, iv }, sealed), utf8Bytes('hello'));
});
