import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KeyState } from '../../src/api/index.ts';
import {
  activeVersionOf,
  applyKeyAct,
  isUsableState,
  type KeyAct,
  type KeyEntry,
  newKey,
  rotateKey,
} from '../../src/keyring/key-states.ts';
import { code } from './kit.ts';

const AT = '2026-01-02T03:04:05.678Z';
const LATER = '2026-02-02T03:04:05.678Z';

/** A key whose version 1 is in the given state. */
function keyWith(state: KeyState): KeyEntry {
  const key = newKey('acme', AT);
  if (state === 'active') return key;
  const retiring = rotateKey(key, AT);
  if (state === 'retiring') return retiring;
  const disabled = applyKeyAct(retiring, 'disable', { version: 1, at: AT });
  return state === 'disabled' ? disabled : applyKeyAct(disabled, 'destroy', { version: 1, at: AT });
}

const TABLE: readonly (readonly [KeyState, KeyAct, KeyState | 'same' | 'KEY_STATE' | 'KEY_DESTROYED'])[] = [
  ['active', 'disable', 'KEY_STATE'],
  ['active', 'enable', 'same'],
  ['active', 'destroy', 'KEY_STATE'],
  ['retiring', 'disable', 'disabled'],
  ['retiring', 'enable', 'same'],
  ['retiring', 'destroy', 'KEY_STATE'],
  ['disabled', 'disable', 'same'],
  ['disabled', 'enable', 'retiring'],
  ['disabled', 'destroy', 'destroyed'],
  ['destroyed', 'disable', 'KEY_DESTROYED'],
  ['destroyed', 'enable', 'KEY_DESTROYED'],
  ['destroyed', 'destroy', 'same'],
];

for (const [state, act, expected] of TABLE) {
  test(`${act} of a version that is ${state}: ${expected}`, () => {
    const key = keyWith(state);
    const target = { version: 1, at: LATER };
    if (expected.startsWith('KEY_')) {
      assert.throws(() => applyKeyAct(key, act, target), code(expected));
      return;
    }
    const next = applyKeyAct(key, act, target);
    if (expected === 'same') assert.equal(next, key);
    const entry = next.versions[0];
    assert.equal(entry?.state, expected === 'same' ? state : expected);
    assert.equal(entry.material === undefined, entry.state === 'destroyed');
    assert.equal(entry.disabledAt === undefined, isUsableState(entry.state));
  });
}

test('a rotation leaves one active version, the last', () => {
  const key = rotateKey(rotateKey(newKey('acme', AT), AT), LATER);
  assert.deepEqual(
    key.versions.map(({ version, state }) => [version, state]),
    [
      [1, 'retiring'],
      [2, 'retiring'],
      [3, 'active'],
    ],
  );
  assert.equal(activeVersionOf(key).version, 3);
  const materials = key.versions.map(({ material }) => material?.expose().join());
  assert.equal(new Set(materials).size, 3);
});

test('an unknown version is refused as unknown', () => {
  assert.throws(
    () => applyKeyAct(newKey('acme', AT), 'disable', { version: 2, at: AT }),
    code('KEY_UNKNOWN'),
  );
});
