import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SecretBytes, toHex, utf8Bytes } from '../../src/bytes/index.ts';
import {
  AEAD_TAG_BYTES,
  chachaOpen,
  chachaSeal,
  gcmOpen,
  gcmOpenInto,
  gcmSeal,
  gcmSealInto,
  importKey,
} from '../../src/crypto/index.ts';
import { countUp, hex } from './hex.ts';

/** The AES-256 cases of the GCM specification (McGrew and Viega), test cases 13, 14 and 16. */
const GCM_VECTORS = [
  {
    key: '00'.repeat(32),
    iv: '00'.repeat(12),
    aad: '',
    plaintext: '',
    sealed: '530f8afbc74536b9a963b4f1c4cb738b',
  },
  {
    key: '00'.repeat(32),
    iv: '00'.repeat(12),
    aad: '',
    plaintext: '00'.repeat(16),
    sealed: 'cea7403d4d606b6e074ec5d3baf39d18 d0d1c8a799996bf0265b98b5d48ab919',
  },
  {
    key: 'feffe9928665731c6d6a8f9467308308'.repeat(2),
    iv: 'cafebabefacedbaddecaf888',
    aad: 'feedfacedeadbeeffeedfacedeadbeefabaddad2',
    plaintext:
      'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
    sealed:
      '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662 76fc6ece0f4e1768cddf8853bb2d551b',
  },
];

for (const [index, vector] of GCM_VECTORS.entries()) {
  test(`AES-256-GCM seals and opens published case ${index + 1}`, () => {
    const context = { key: hex(vector.key), iv: hex(vector.iv), aad: hex(vector.aad) };
    assert.deepEqual(gcmSeal(context, hex(vector.plaintext)), hex(vector.sealed));
    assert.deepEqual(gcmOpen(context, hex(vector.sealed)), hex(vector.plaintext));
  });
}

test('ChaCha20-Poly1305 seals and opens RFC 8439 §2.8.2', () => {
  const context = {
    key: countUp(0x80, 0x9f),
    iv: hex('070000004041424344454647'),
    aad: hex('50515253c0c1c2c3c4c5c6c7'),
  };
  const plaintext = utf8Bytes(
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
  );
  const sealed = hex(
    'd31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b6116 1ae10b594f09e26a7e902ecbd0600691',
  );
  assert.equal(toHex(chachaSeal(context, plaintext)), toHex(sealed));
  assert.deepEqual(chachaOpen(context, sealed), plaintext);
});

const CIPHERS = [
  { name: 'AES-256-GCM', seal: gcmSeal, open: gcmOpen },
  { name: 'ChaCha20-Poly1305', seal: chachaSeal, open: chachaOpen },
];

for (const { name, seal, open } of CIPHERS) {
  test(`${name} opens what it sealed, whatever the form of the key`, () => {
    const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(bytes, fc.uint8Array({ maxLength: 300 }), fc.uint8Array(), (key, plaintext, aad) => {
        const iv = key.subarray(0, 12);
        const sealed = seal({ key, iv, aad }, plaintext);
        assert.equal(sealed.length, plaintext.length + AEAD_TAG_BYTES);
        assert.deepEqual(open({ key: importKey(key), iv, aad }, sealed), Uint8Array.from(plaintext));
        assert.deepEqual(open({ key: SecretBytes.copyOf(key), iv, aad }, sealed), Uint8Array.from(plaintext));
      }),
    );
  });

  test(`${name} does not open when any single bit is changed`, () => {
    const context = { key: countUp(0, 31), iv: countUp(0, 11), aad: countUp(0, 4) };
    const sealed = seal(context, countUp(0, 19));
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = sealed.slice();
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assert.equal(open(context, changed), undefined);
    }
  });

  test(`${name} does not open under another key, nonce or context`, () => {
    const context = { key: countUp(0, 31), iv: countUp(0, 11), aad: countUp(0, 4) };
    const sealed = seal(context, countUp(0, 19));
    assert.equal(open({ ...context, key: countUp(1, 32) }, sealed), undefined);
    assert.equal(open({ ...context, iv: countUp(1, 12) }, sealed), undefined);
    assert.equal(open({ ...context, aad: countUp(1, 5) }, sealed), undefined);
    assert.equal(open({ key: context.key, iv: context.iv }, sealed), undefined);
  });

  test(`${name} does not open a shortened tag`, () => {
    const context = { key: countUp(0, 31), iv: countUp(0, 11) };
    const sealed = seal(context, new Uint8Array(0));
    for (let length = 0; length < AEAD_TAG_BYTES; length++) {
      assert.equal(open(context, sealed.subarray(0, length)), undefined);
    }
  });

  test(`${name} insists on a nonce of 12 bytes and a key of 32`, () => {
    const context = { key: countUp(0, 31), iv: countUp(0, 11) };
    for (const wrong of [
      { ...context, iv: countUp(0, 10) },
      { ...context, iv: countUp(0, 15) },
      { ...context, key: countUp(0, 15) },
    ]) {
      assert.throws(() => seal(wrong, countUp(0, 3)), RangeError);
      assert.throws(() => open(wrong, new Uint8Array(20)), RangeError);
    }
  });
}

test('sealing in place writes nonce, ciphertext and tag into one shared buffer', () => {
  const slab = new Uint8Array(new SharedArrayBuffer(100));
  const plaintext = countUp(1, 40);
  const iv = slab.subarray(4, 16);
  iv.set(countUp(50, 61));
  slab.set(plaintext, 16);
  const context = { key: importKey(countUp(0, 31)), iv };
  assert.equal(gcmSealInto(context, slab.subarray(16, 56), slab.subarray(16)), 56);
  assert.deepEqual(Uint8Array.from(slab.subarray(16, 72)), gcmSeal(context, plaintext));
  assert.deepEqual(Uint8Array.from(slab.subarray(72)), new Uint8Array(28));
});

test('sealing into too small a buffer writes nothing', () => {
  const output = new Uint8Array(35);
  const context = { key: countUp(0, 31), iv: countUp(0, 11) };
  assert.throws(() => gcmSealInto(context, new Uint8Array(20), output), RangeError);
  assert.deepEqual(output, new Uint8Array(35));
});

test('gcmOpenInto decrypts into given memory, its own too, and leaves zeros where the tag does not fit', () => {
  const context = { key: new Uint8Array(32).fill(1), iv: new Uint8Array(12).fill(2) };
  const plaintext = Uint8Array.from({ length: 150_000 }, (_, at) => at & 0xff);
  const memory = new Uint8Array(new SharedArrayBuffer(16 + 150_016));
  gcmSealInto(context, plaintext, memory.subarray(16));
  const sealed = memory.slice();
  assert.equal(gcmOpenInto(context, memory.subarray(16), memory), true);
  assert.deepEqual(memory.slice(0, 150_000), plaintext);
  const output = new Uint8Array(150_001).fill(9);
  sealed[99]! ^= 1;
  assert.equal(gcmOpenInto(context, sealed.subarray(16), output), false);
  assert.ok(output.subarray(0, 150_000).every((byte) => byte === 0));
  assert.equal(output[150_000], 9);
  assert.equal(gcmOpenInto(context, new Uint8Array(15), output), false);
  assert.throws(() => gcmOpenInto(context, sealed, new Uint8Array(10)), RangeError);
});
