import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromBase64Url, toHex } from '../../src/bytes/index.ts';
import {
  equalBytes,
  fillRandom,
  ID_BYTES,
  randomBytes,
  randomId,
  randomSecret,
} from '../../src/crypto/index.ts';
import { countUp } from './hex.ts';

test('random bytes have the length asked for, memory of their own, and do not repeat', () => {
  const bytes = randomBytes(32);
  assert.equal(bytes.buffer.byteLength, 32);
  assert.notDeepEqual(bytes, randomBytes(32));
  assert.notEqual(toHex(randomSecret(32).expose()), toHex(randomSecret(32).expose()));
  assert.equal(randomBytes(0).length, 0);
});

test('filling a view touches nothing around it', () => {
  const slab = new Uint8Array(new SharedArrayBuffer(64));
  fillRandom(slab.subarray(16, 48));
  assert.deepEqual(Uint8Array.from(slab.subarray(0, 16)), new Uint8Array(16));
  assert.deepEqual(Uint8Array.from(slab.subarray(48)), new Uint8Array(16));
  assert.notDeepEqual(Uint8Array.from(slab.subarray(16, 48)), new Uint8Array(32));
});

test('an id is 16 bytes of base64url', () => {
  const id = randomId();
  assert.match(id, /^[\w-]{22}$/);
  assert.equal(fromBase64Url(id)?.length, ID_BYTES);
  assert.notEqual(id, randomId());
});

test('bytes are equal only when length and content are', () => {
  assert.equal(equalBytes(countUp(0, 9), countUp(0, 9)), true);
  assert.equal(equalBytes(new Uint8Array(0), new Uint8Array(0)), true);
  assert.equal(equalBytes(countUp(0, 9), countUp(1, 10)), false);
  assert.equal(equalBytes(countUp(0, 9), countUp(0, 8)), false);
  assert.equal(equalBytes(countUp(0, 9), new Uint8Array(0)), false);
});
