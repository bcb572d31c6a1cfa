import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { toHex } from '../../src/bytes/index.ts';
import { createDamageCheck, sha256 } from '../../src/crypto/index.ts';

const PIECE_BYTES = 262_144;

function checkOf(...parts: readonly Uint8Array[]): string {
  const check = createDamageCheck();
  for (const part of parts) check.update(part);
  return toHex(check.digest());
}

function bytesOf(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 31 + (at >> 8)) & 0xff);
}

test('the check does not depend on how the bytes come', () => {
  const bytes = bytesOf(2 * PIECE_BYTES + 77);
  const whole = checkOf(bytes);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 8 }), (cuts) => {
      const edges = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
      const parts = edges.slice(1).map((end, index) => bytes.subarray(edges[index], end));
      assert.equal(checkOf(...parts), whole);
    }),
    { numRuns: 30 },
  );
});

test('any change, cut or move of bytes changes the check', () => {
  const bytes = bytesOf(PIECE_BYTES + 100);
  const whole = checkOf(bytes);
  for (const at of [0, 1, 4095, PIECE_BYTES - 1, PIECE_BYTES, bytes.length - 1]) {
    const changed = bytes.slice();
    changed[at]! ^= 1;
    assert.notEqual(checkOf(changed), whole);
  }
  assert.notEqual(checkOf(bytes.subarray(0, -1)), whole);
  assert.notEqual(checkOf(bytes, Uint8Array.of(0)), whole);
  assert.notEqual(checkOf(bytes.subarray(PIECE_BYTES), bytes.subarray(0, PIECE_BYTES)), whole);
});

test('the check of nothing is the SHA-256 of nothing', () => {
  assert.equal(checkOf(), toHex(sha256()));
});
