import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { concatBytes, toHex, utf8Bytes } from '../../src/bytes/index.ts';
import {
  createHasher,
  HASH_BYTES,
  type HashName,
  hash,
  hmac,
  importKey,
  sha256,
  sha384,
  sha512,
} from '../../src/crypto/index.ts';

const ABC: Record<HashName, string> = {
  sha1: 'a9993e364706816aba3e25717850c26c9cd0d89d',
  sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  sha384: 'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7',
  sha512:
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
  'sha3-256': '3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532',
};

for (const [name, digest] of Object.entries(ABC) as [HashName, string][]) {
  test(`${name} of "abc" is what FIPS 180-4 and FIPS 202 say`, () => {
    assert.equal(toHex(hash(name, utf8Bytes('abc'))), digest);
    assert.equal(createHasher(name).update(utf8Bytes('abc')).digest().length, HASH_BYTES[name]);
  });
}

test('the short names are the same digests', () => {
  const bytes = utf8Bytes('abc');
  assert.deepEqual([sha256(bytes), sha384(bytes), sha512(bytes)].map(toHex), [
    ABC.sha256,
    ABC.sha384,
    ABC.sha512,
  ]);
});

test('a digest is a plain Uint8Array', () => {
  assert.equal(Object.getPrototypeOf(sha256(utf8Bytes(''))), Uint8Array.prototype);
});

test('pieces hash like the whole, also out of shared memory', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), (parts) => {
      const hasher = createHasher('sha256');
      for (const part of parts) {
        const shared = new Uint8Array(new SharedArrayBuffer(part.length));
        shared.set(part);
        hasher.update(shared);
      }
      const digest = toHex(hasher.digest());
      assert.equal(digest, toHex(sha256(concatBytes(...parts))));
      assert.equal(digest, toHex(sha256(...parts)));
    }),
  );
});

test('a hasher that gave its digest takes no more bytes', () => {
  const hasher = createHasher('sha256');
  hasher.digest();
  assert.throws(() => hasher.update(utf8Bytes('late')));
});

test('HMAC gives the digests of RFC 4231, test case 1', () => {
  const key = new Uint8Array(20).fill(0x0b);
  const parts = [utf8Bytes('Hi '), utf8Bytes('There')];
  assert.equal(
    toHex(hmac('sha256', key, ...parts)),
    'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
  );
  assert.equal(
    toHex(hmac('sha384', importKey(key), ...parts)),
    'afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6',
  );
  assert.equal(
    toHex(hmac('sha512', key, ...parts)),
    '87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854',
  );
});
