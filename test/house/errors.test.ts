import assert from 'node:assert/strict';
import test from 'node:test';
import {
  CATALOGUE,
  type ErrorEntry,
  isStrongroomError,
  StrongroomError,
  toStrongroomError,
} from '../../src/errors/index.ts';

test('every code is AREA_REASON and every hint tells what to do, lower case, without a full stop', () => {
  for (const [code, { hint }] of Object.entries<ErrorEntry>(CATALOGUE)) {
    assert.match(code, /^[A-Z]+(?:_[A-Z]+)*$/);
    assert.match(hint, /^[a-z0-9-].*(?:[^.]|\.\.)$/, `${code}: ${hint}`);
  }
});

test('an error takes kind and hint from the catalogue, and a better hint where one is given', () => {
  const plain = new StrongroomError('STORAGE_FULL', 'no space in the home');
  assert.deepEqual([plain.kind, plain.hint], ['unavailable', CATALOGUE.STORAGE_FULL.hint]);
  const hinted = new StrongroomError('STORAGE_FULL', 'no space in the home', { hint: 'free 3 GiB' });
  assert.equal(hinted.hint, 'free 3 GiB');
  assert.ok(isStrongroomError(hinted, 'STORAGE_FULL'));
  assert.ok(!isStrongroomError(hinted, 'STORAGE_DENIED'));
});

test('what is unknown becomes internal, and nothing of it is shown', () => {
  const unknown = new Error('password=hunter2');
  const shown = toStrongroomError(unknown);
  assert.deepEqual([shown.code, shown.kind], ['INTERNAL', 'internal']);
  assert.ok(!`${shown.message}${shown.hint}`.includes('hunter2'));
  assert.equal(shown.cause, unknown);
});
