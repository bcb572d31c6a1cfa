import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import fc from 'fast-check';
import type { ByteStream } from '../../src/bytes/index.ts';
import { CONTENT_BYTES, noise, opened, refusal, sealed, text } from './seal-kit.ts';

/** A stream that only puts bytes where the reader wants them, at most `most` at a time. */
function inPlace(bytes: Uint8Array, most: number): ByteStream {
  let at = 0;
  const readInto = (target: Uint8Array): Promise<number> => {
    const part = bytes.subarray(at, at + Math.min(most, target.length));
    target.set(part);
    at += part.length;
    return Promise.resolve(part.length);
  };
  const next = (): Promise<never> => Promise.reject(new Error('nobody should ask for chunks'));
  return { [Symbol.asyncIterator]: () => ({ next, readInto }) };
}

/** Sizes around segment borders and around the border of a slab (512 small segments). */
const borderSize = fc
  .tuple(fc.constantFrom(0, 1, 2, 511, 512, 513, 1024), fc.integer({ min: -2, max: 2 }))
  .map(([segments, off]) => Math.max(0, segments * CONTENT_BYTES + off));

test('what an input puts into place opens to the same bytes, whatever it gives at a time', async () => {
  await fc.assert(
    fc.asyncProperty(
      borderSize,
      fc.constantFrom(1000, CONTENT_BYTES, 100_001, 2 ** 21, Number.MAX_SAFE_INTEGER),
      fc.constantFrom('none' as const, 'zstd' as const, 'auto' as const),
      async (size, most, algorithm) => {
        const bytes = algorithm === 'auto' ? text(size) : noise(size);
        const blob = await sealed(inPlace(bytes, most), { compression: { algorithm, level: 1 } });
        assert.equal(blob.blob.size, size);
        assert.equal(blob.blob.sha256, createHash('sha256').update(bytes).digest('hex'));
        assert.deepEqual(await opened(blob), bytes);
      },
    ),
    { numRuns: 15 },
  );
});

test('an input that fails while it puts bytes into place ends the sealing with its own error', async () => {
  for (const good of [0, 1, 3]) {
    const inner = inPlace(noise(2 ** 23), 2 ** 20)[Symbol.asyncIterator]();
    let reads = 0;
    let ended = 0;
    const iterator = {
      ...inner,
      readInto: async (target: Uint8Array) => {
        if (reads++ === good) throw new Error('the disk is gone');
        return (await inner.readInto?.(target)) ?? 0;
      },
      return: () => {
        ended++;
        return Promise.resolve({ done: true as const, value: undefined });
      },
    };
    await assert.rejects(sealed({ [Symbol.asyncIterator]: () => iterator }), /the disk is gone/);
    assert.equal(ended, 1);
  }
});

test('memory that a stuck input may still write to is given to nobody else', async () => {
  const seen = new Set<ArrayBufferLike>();
  let room: Uint8Array | undefined;
  const stop = new AbortController();
  const iterator = {
    next: (): Promise<never> => Promise.reject(new Error('nobody should ask for chunks')),
    readInto: (target: Uint8Array): Promise<number> => {
      room = target;
      setTimeout(() => stop.abort(), 20);
      return new Promise(() => undefined);
    },
  };
  await refusal(() => sealed({ [Symbol.asyncIterator]: () => iterator }, { signal: stop.signal }), 'ABORTED');
  // Enough of them, and long enough, that every slab of the pool is taken.
  const watched = (bytes: Uint8Array): ByteStream => {
    const inner = inPlace(bytes, 2 ** 21)[Symbol.asyncIterator]();
    const readInto = async (target: Uint8Array): Promise<number> => {
      seen.add(target.buffer);
      return (await inner.readInto?.(target)) ?? 0;
    };
    return { [Symbol.asyncIterator]: () => ({ ...inner, readInto }) };
  };
  await Promise.all(Array.from({ length: 4 }, () => sealed(watched(noise(2 ** 24)))));
  assert.ok(room !== undefined && seen.size > 1);
  assert.ok(!seen.has(room.buffer));
});
