import assert from 'node:assert/strict';
import { createCipheriv } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { utf8Bytes } from '../../src/bytes/index.ts';
import { cbcOpen } from '../../src/crypto/index.ts';
import { countUp, hex } from './hex.ts';

const KEY = countUp(0, 15);
const IV = countUp(16, 31);

function encrypt(plaintext: Uint8Array, isPadded: boolean): Uint8Array {
  const cipher = createCipheriv('aes-128-cbc', KEY, IV).setAutoPadding(isPadded);
  return new Uint8Array(Buffer.concat([cipher.update(plaintext), cipher.final()]));
}

test('AES-128-CBC opens RFC 3602, case 1, followed by its padding block', () => {
  const key = hex('06a9214036b8a15b512e03d534120006');
  const iv = hex('3dafba429d9eb430b422da802c9fac41');
  const cipher = createCipheriv('aes-128-cbc', key, iv);
  const first = new Uint8Array(cipher.update('Single block msg'));
  assert.deepEqual(first, hex('e353779c1079aeb82708942dbe77181a'));
  const ciphertext = new Uint8Array(Buffer.concat([first, cipher.final()]));
  assert.deepEqual(cbcOpen({ key, iv }, ciphertext), utf8Bytes('Single block msg'));
});

test('AES-128-CBC opens messages of every length', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (plaintext) => {
      assert.deepEqual(cbcOpen({ key: KEY, iv: IV }, encrypt(plaintext, true)), Uint8Array.from(plaintext));
    }),
  );
});

test('AES-128-CBC refuses lengths that are no whole number of blocks', () => {
  for (const length of [0, 1, 15, 17, 31]) {
    assert.equal(cbcOpen({ key: KEY, iv: IV }, new Uint8Array(length)), undefined);
  }
});

const BAD_PADDING = {
  'of zero': '00',
  'longer than a block': '11',
  'longer than its own bytes say': '0402',
  'with a wrong byte inside': '04030404',
};

for (const [what, end] of Object.entries(BAD_PADDING)) {
  test(`AES-128-CBC refuses padding ${what}`, () => {
    const block = new Uint8Array(16).fill(0xaa);
    const tail = hex(end);
    block.set(tail, 16 - tail.length);
    assert.equal(cbcOpen({ key: KEY, iv: IV }, encrypt(block, false)), undefined);
  });
}
