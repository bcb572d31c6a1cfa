import assert from 'node:assert/strict';
import test from 'node:test';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { bufferView, collectBytes, concatBytes, memorySource } from '../../src/bytes/index.ts';
import { openPayload, type SealRequest } from '../../src/container/index.ts';
import {
  formatSeekTable,
  frameCount,
  parseSeekTable,
  seekTableBytes,
} from '../../src/container/seek-table.ts';
import { decompressFrame } from '../../src/container/zstd-frame.ts';
import { KEK, noise, opened, pool, refusal, sealed, text } from './seal-kit.ts';

const FRAME_BYTES = 4096;
const ZSTD: Partial<SealRequest> = { compression: { algorithm: 'zstd' }, frameBytes: FRAME_BYTES };

test('any size around frame borders, compressible or not, opens to the same bytes', async () => {
  const size = fc
    .tuple(fc.constantFrom(0, 1, 2, 40), fc.integer({ min: -2, max: 2 }))
    .map(([frames, off]) => Math.max(0, frames * FRAME_BYTES + off));
  await fc.assert(
    fc.asyncProperty(size, fc.boolean(), async (length, isText) => {
      const bytes = isText ? text(length) : noise(length);
      const blob = await sealed(bytes, ZSTD);
      assert.equal(blob.header.compression.algorithm, 'zstd');
      assert.deepEqual(await opened(blob), bytes);
    }),
    { numRuns: 40 },
  );
});

test('any range of a compressed file is what the file has there', async () => {
  const bytes = concatBytes(text(700_000), noise(300_000), text(123));
  const blob = await sealed(bytes, ZSTD);
  await using content = await openPayload(
    { header: blob.header, source: memorySource(blob.payload), identities: [KEK.identity] },
    { pool },
  );
  const offset = fc.integer({ min: 0, max: bytes.length });
  await fc.assert(
    fc.asyncProperty(offset, offset, async (a, b) => {
      const range = { start: Math.min(a, b), end: Math.max(a, b) };
      const got = await collectBytes(content.read(range), bytes.length);
      assert.ok(bufferView(got).equals(bytes.subarray(range.start, range.end)));
    }),
    { numRuns: 40 },
  );
});

test('frames of the usual size take their way over the threads', async () => {
  const bytes = concatBytes(text(3_000_000), noise(2_500_000));
  const blob = await sealed(bytes, { compression: { algorithm: 'zstd', level: 1 }, segmentBytes: 262_144 });
  assert.deepEqual(blob.header.compression, { algorithm: 'zstd', frame: 1_048_576 });
  assert.ok(blob.header.storedSize < 2_600_000);
  assert.ok(bufferView(await opened(blob)).equals(bytes));
});

test('what is stored is an ordinary zstd stream', async () => {
  const bytes = text(50_000);
  const { payload } = await sealed(bytes, { ...ZSTD, encryption: 'off' });
  assert.ok(zstdDecompressSync(payload).equals(bytes));
  const auto = await sealed(bytes, { compression: { algorithm: 'auto' }, encryption: 'off' });
  assert.deepEqual(await opened(auto), bytes);
});

test('auto compresses what shrinks by a tenth and leaves the rest alone', async () => {
  const auto: Partial<SealRequest> = { compression: { algorithm: 'auto' } };
  for (const [bytes, algorithm] of [
    [text(100_000), 'zstd'],
    [noise(100_000), 'none'],
    [new Uint8Array(0), 'none'],
    [concatBytes(text(5_000_000), noise(1_000_000)), 'zstd'],
    [concatBytes(noise(5_000_000), text(1_000_000)), 'none'],
  ] as const) {
    const blob = await sealed(bytes, auto);
    assert.equal(blob.header.compression.algorithm, algorithm);
    assert.ok(bufferView(await opened(blob)).equals(bytes));
  }
});

test('a level or a frame that zstd or the format does not have is refused', async () => {
  for (const level of [0, 20, 2.5]) {
    await refusal(() => sealed(noise(1), { compression: { algorithm: 'zstd', level } }), 'INPUT_INVALID');
  }
  for (const frameBytes of [1, 5000, 2 ** 23]) {
    await refusal(() => sealed(noise(1), { ...ZSTD, frameBytes }), 'INPUT_INVALID');
  }
});

test('a seek table is exactly what the header asks for', () => {
  const layout = { size: 10_000, frameBytes: 4096 };
  const lengths = [100, 200, 300];
  assert.equal(frameCount(layout), 3);
  const table = formatSeekTable(layout, lengths);
  const storedSize = 600 + seekTableBytes(3);
  assert.deepEqual([...parseSeekTable(table, { ...layout, storedSize })], [0, 100, 300, 600]);
  const malformed = { code: 'CONTAINER_MALFORMED' };
  for (let at = 0; at < table.length; at++) {
    const changed = table.slice();
    changed[at]! ^= 1;
    assert.throws(() => parseSeekTable(changed, { ...layout, storedSize }), malformed, `byte ${at}`);
    assert.throws(() => parseSeekTable(table.subarray(at), { ...layout, storedSize }), malformed);
  }
  assert.throws(() => parseSeekTable(table, { ...layout, storedSize: storedSize + 1 }), malformed);
  assert.throws(() => parseSeekTable(table, { ...layout, size: 4_000_000, storedSize }), malformed);
  const huge = formatSeekTable(layout, [100, 0xffffffff, 300]);
  assert.throws(() => parseSeekTable(huge, { ...layout, storedSize: 2 ** 33 }), malformed);
});

test('a frame inflates to what its place says and to nothing else', () => {
  const content = text(4096);
  const frame = new Uint8Array(zstdCompressSync(content));
  const target = new Uint8Array(4096);
  assert.ok(decompressFrame(frame, target));
  assert.deepEqual(target, content);
  const bomb = new Uint8Array(zstdCompressSync(new Uint8Array(2 ** 26)));
  assert.ok(bomb.length < 10_000);
  for (const wrong of [bomb, frame.subarray(1), frame.subarray(0, -1), noise(100), new Uint8Array(0)]) {
    assert.equal(decompressFrame(wrong, new Uint8Array(4096)), false);
  }
  assert.equal(decompressFrame(frame, new Uint8Array(4095)), false);
  assert.equal(decompressFrame(frame, new Uint8Array(4097)), false);
});
