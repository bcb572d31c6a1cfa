import assert from 'node:assert/strict';
import test from 'node:test';
import { type ByteStream, collectBytes, watchStream } from '../../src/bytes/index.ts';

/** Five bytes, two at a time, which can be put into place too. */
function fiveBytes(): { readonly stream: ByteStream; readonly state: { ended: number } } {
  const state = { ended: 0 };
  let left = 5;
  const take = (room: number): number => {
    const length = Math.min(room, left);
    left -= length;
    return length;
  };
  const iterator = {
    next: (): Promise<IteratorResult<Uint8Array, undefined>> => {
      const length = take(2);
      return Promise.resolve(
        length === 0
          ? { done: true as const, value: undefined }
          : { done: false as const, value: new Uint8Array(length) },
      );
    },
    readInto: (target: Uint8Array) => Promise.resolve(take(target.length)),
    return: () => {
      state.ended++;
      return Promise.resolve({ done: true as const, value: undefined });
    },
  };
  return { stream: { [Symbol.asyncIterator]: () => iterator }, state };
}

function recorder() {
  const told: (number | 'end')[] = [];
  const watcher = { onBytes: (length: number) => told.push(length), onEnd: () => told.push('end') };
  return { told, watcher };
}

test('a watched stream is the same stream, and tells what is read from it', async () => {
  const { told, watcher } = recorder();
  const bytes = await collectBytes(watchStream(fiveBytes().stream, watcher), 10);
  assert.equal(bytes.length, 5);
  assert.deepEqual(told, [2, 2, 1, 'end']);
});

test('a watched stream puts bytes into place where its origin does, and only there', async () => {
  const { told, watcher } = recorder();
  const iterator = watchStream(fiveBytes().stream, watcher)[Symbol.asyncIterator]();
  const room = new Uint8Array(3);
  const lengths: (number | undefined)[] = [];
  for (let count = 0; count < 3; count++) lengths.push(await iterator.readInto?.(room));
  assert.deepEqual(lengths, [3, 2, 0]);
  assert.deepEqual(told, [3, 2, 'end']);
  const plain: ByteStream = (async function* () {
    yield await Promise.resolve(room);
  })();
  assert.ok(!('readInto' in watchStream(plain, watcher)[Symbol.asyncIterator]()));
});

test('a watcher that objects ends the stream', async () => {
  for (const read of ['next', 'readInto'] as const) {
    const { stream, state } = fiveBytes();
    const onBytes = (): never => {
      throw new Error('too much');
    };
    const iterator = watchStream(stream, { onBytes, onEnd: () => undefined })[Symbol.asyncIterator]();
    const reading = read === 'next' ? iterator.next() : iterator.readInto?.(new Uint8Array(2));
    await assert.rejects(Promise.resolve(reading), /too much/);
    assert.equal(state.ended, 1);
  }
});
