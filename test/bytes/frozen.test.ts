import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freezeWhole, isFrozenWhole, SecretBytes } from '../../src/bytes/index.ts';

test('plain data is frozen with everything in it, and known to be', () => {
  const value = { name: 'acme', aliases: { production: 3 }, files: [{ path: 'w.bin' }] };
  assert.equal(isFrozenWhole(value), false);
  assert.equal(freezeWhole(value, 10), true);
  assert.equal(isFrozenWhole(value), true);
  assert.equal(isFrozenWhole(value.files), true);
  assert.throws(() => (value.aliases.production = 4), TypeError);
});

test('what is no plain data, or has too many parts, stays as it is outside', () => {
  for (const part of [new Uint8Array(3), new Date(0), SecretBytes.ofText('secret'), () => 1]) {
    const value = { inner: { part } };
    assert.equal(freezeWhole(value, 10), false);
    assert.equal(Object.isFrozen(value), false);
    assert.equal(isFrozenWhole(value), false);
  }
  const wide = { a: {}, b: {}, c: {} };
  assert.equal(freezeWhole(wide, 3), false);
  assert.equal(Object.isFrozen(wide), false);
});

test('what somebody else has frozen outside is not taken for frozen whole', () => {
  assert.equal(isFrozenWhole(Object.freeze({ inner: { changes: true } })), false);
});
