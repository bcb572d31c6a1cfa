import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { FairQueue, type Queued } from '../../src/inference/fair-queue.ts';

interface Item extends Queued {
  readonly name: string;
}

const item = (principal: string, name: string, more: Partial<Queued> = {}): Item => ({
  ...{ principal, name, key: 'same', rows: 1, bytes: 1 },
  ...more,
});
const TOGETHER = { maxRows: 100, mixesPrincipals: true };
const names = (items: readonly Item[]) => items.map(({ name }) => name).join(' ');

function queueOf(items: readonly Item[], limits = { maxRequests: 100, maxBytes: 100 }): FairQueue<Item> {
  const queue = new FairQueue<Item>(limits);
  for (const each of items) queue.add(each);
  return queue;
}

suite('the queue of a model', () => {
  test('takes one of each principal in turn, the first of each first', () => {
    const greedy = Array.from({ length: 5 }, (_, index) => item('greedy', `g${index}`));
    const queue = queueOf([...greedy, item('polite', 'p0'), item('polite', 'p1')]);
    assert.equal(names(queue.take({ ...TOGETHER, maxRows: 3 })), 'g0 p0 g1');
    assert.equal(names(queue.take({ ...TOGETHER, maxRows: 3 })), 'p1 g2 g3');
    assert.equal(names(queue.take(TOGETHER)), 'g4');
    assert.equal(names(queue.take(TOGETHER)), '');
  });

  test('takes together only what can be computed together', () => {
    const queue = queueOf([item('a', 'a0'), item('b', 'b0', { key: 'other' }), item('a', 'a1')]);
    assert.equal(names(queue.take(TOGETHER)), 'a0 a1');
    assert.equal(names(queue.take(TOGETHER)), 'b0');
    const alone = queueOf([item('a', 'a0', { key: undefined }), item('a', 'a1', { key: undefined })]);
    assert.equal(names(alone.take(TOGETHER)), 'a0');
  });

  test('takes a request of more rows than a batch may have, by itself', () => {
    const queue = queueOf([item('a', 'wide', { rows: 500 }), item('b', 'narrow')]);
    assert.equal(names(queue.take(TOGETHER)), 'wide');
    assert.equal(names(queue.take(TOGETHER)), 'narrow');
  });

  test('keeps principals apart where it is told to', () => {
    const queue = queueOf([item('a', 'a0'), item('b', 'b0'), item('a', 'a1')]);
    assert.equal(names(queue.take({ ...TOGETHER, mixesPrincipals: false })), 'a0 a1');
    assert.equal(names(queue.take({ ...TOGETHER, mixesPrincipals: false })), 'b0');
  });

  test('lets whoever floods it displace their own', () => {
    const queue = queueOf([item('greedy', 'g0'), item('greedy', 'g1'), item('polite', 'p0')], {
      maxRequests: 3,
      maxBytes: 100,
    });
    assert.equal(names(queue.add(item('greedy', 'g2'))), 'g2');
    assert.equal(names(queue.add(item('new', 'n0'))), 'g1');
    assert.equal(names(queue.take(TOGETHER)), 'g0 p0 n0');
  });

  test('holds no more bytes than it may', () => {
    const queue = queueOf([item('a', 'a0', { bytes: 60 })]);
    assert.equal(names(queue.add(item('b', 'b0', { bytes: 30 }))), '');
    assert.equal(names(queue.add(item('b', 'b1', { bytes: 30 }))), 'a0');
  });

  test('knows how many come before somebody’s next one', () => {
    const queue = queueOf([item('a', 'a0'), item('a', 'a1'), item('a', 'a2'), item('b', 'b0')]);
    assert.equal(queue.turnsBefore('new'), 2);
    assert.equal(queue.turnsBefore('b'), 3);
    assert.equal(queue.turnsBefore('a'), 4);
  });
});
