import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Remembered } from '../../src/access/remembered.ts';

/** A collection whose changes are counted anew with every write, and by one promise in between, as the catalogue does. */
function aCollection() {
  const values = new Map<string, string>();
  const state = { changes: 0, count: Promise.resolve(0), reads: 0 };
  return {
    state,
    write: (id: string, value: string) => {
      values.set(id, value);
      state.count = Promise.resolve(++state.changes);
    },
    /** Somebody wrote something, but nothing of this collection. */
    stir: () => {
      state.count = Promise.resolve(state.changes);
    },
    source: {
      changes: () => state.count,
      read: async (id: string) => {
        state.reads += 1;
        const value = values.get(id);
        await Promise.resolve();
        if (value === 'unreadable') throw new Error(value);
        return value;
      },
    },
  };
}

test('what is remembered is read once while nothing changes, also by those who ask at the same time', async () => {
  const { state, write, stir, source } = aCollection();
  const remembered = new Remembered(source);
  write('ada', 'first');
  assert.deepEqual(await Promise.all([remembered.get('ada'), remembered.get('ada')]), ['first', 'first']);
  stir();
  assert.equal(await remembered.get('ada'), 'first');
  assert.equal(await remembered.get('bob'), undefined);
  assert.equal(await remembered.get('bob'), undefined);
  assert.equal(state.reads, 2);
});

test('what is remembered is read again after a change, by whoever asks then', async () => {
  const { write, source } = aCollection();
  const remembered = new Remembered(source);
  write('ada', 'first');
  const before = remembered.get('ada');
  write('ada', 'second');
  assert.equal(await remembered.get('ada'), 'second');
  assert.ok(['first', 'second'].includes((await before) ?? ''));
  assert.equal(await remembered.get('ada'), 'second');
});

test('what was counted before a change and answered after it is not remembered as the newer', async () => {
  const { state, write, source } = aCollection();
  const late = Promise.withResolvers<number>();
  const remembered = new Remembered(source);
  write('ada', 'first');
  state.count = late.promise;
  const early = remembered.get('ada');
  write('ada', 'second');
  assert.equal(await remembered.get('ada'), 'second');
  late.resolve(1);
  await early;
  write('ada', 'third');
  assert.equal(await remembered.get('ada'), 'third');
});

test('a read that failed is tried again', async () => {
  const { state, write, source } = aCollection();
  const remembered = new Remembered(source);
  write('ada', 'unreadable');
  await assert.rejects(remembered.get('ada'), /unreadable/);
  await assert.rejects(remembered.get('ada'), /unreadable/);
  assert.equal(state.reads, 2);
});
