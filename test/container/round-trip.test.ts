import assert from 'node:assert/strict';
import { createCipheriv, createHash } from 'node:crypto';
import test from 'node:test';
import fc from 'fast-check';
import { bufferView, collectBytes, memorySource, toHex } from '../../src/bytes/index.ts';
import { openPayload, verifySealed } from '../../src/container/index.ts';
import { CONTENT_BYTES, KEK, noise, opened, pool, refusal, SEGMENT_BYTES, sealed } from './seal-kit.ts';

/** As docs/spec/container.md §4 has it, piece by piece. */
function damageCheck(payload: Uint8Array): string {
  const tags: Buffer[] = [];
  for (let at = 0; at < payload.length; at += 262_144) {
    const gmac = createCipheriv('aes-256-gcm', Buffer.alloc(32), Buffer.alloc(12), { authTagLength: 16 });
    gmac.setAAD(payload.subarray(at, at + 262_144)).final();
    tags.push(gmac.getAuthTag());
  }
  return sha256(Buffer.concat(tags));
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Sizes around segment borders, and around the border of a slab (256 small segments). */
const borderSize = fc
  .tuple(fc.constantFrom(0, 1, 2, 3, 255, 256, 257), fc.integer({ min: -2, max: 2 }))
  .map(([segments, off]) => Math.max(0, segments * CONTENT_BYTES + off));

async function* split(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  const reused = new Uint8Array(bytes.length);
  for (const cut of [...cuts, bytes.length].toSorted((a, b) => a - b)) {
    // The same memory again and again, as a file reader would give.
    reused.set(bytes.subarray(at, cut));
    yield reused.subarray(0, cut - at);
    reused.fill(0);
    at = cut;
    await Promise.resolve();
  }
}

test('any size around segment borders, split in any way, opens to the same bytes', async () => {
  await fc.assert(
    fc.asyncProperty(
      borderSize,
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 }),
      async (size, at) => {
        const bytes = noise(size);
        const blob = await sealed(
          split(
            bytes,
            at.map((share) => Math.floor(share * size)),
          ),
        );
        assert.equal(blob.header.size, size);
        assert.equal(blob.header.payloadSize, blob.payload.length);
        assert.equal(blob.blob.sha256, sha256(bytes));
        assert.equal(blob.header.payloadCheck, damageCheck(blob.payload));
        assert.deepEqual(await opened(blob), bytes);
      },
    ),
    { numRuns: 60 },
  );
});

test('any range of any file is what the file has there', async () => {
  const bytes = noise(300 * CONTENT_BYTES + 17);
  const blob = await sealed(bytes);
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
    { numRuns: 80 },
  );
});

test('ranges read at the same time do not disturb each other', async () => {
  const bytes = noise(20 * CONTENT_BYTES);
  const blob = await sealed(bytes);
  const reused = new Uint8Array(blob.payload.length);
  // A source that makes use of what it is allowed: the next read overwrites the bytes of the last.
  const source = {
    size: blob.payload.length,
    read: async (at: number, length: number) => {
      await new Promise((resolve) => setImmediate(resolve));
      reused.set(blob.payload.subarray(at, at + length));
      return reused.subarray(0, length);
    },
  };
  await using content = await openPayload(
    { header: blob.header, source, identities: [KEK.identity] },
    { pool },
  );
  const starts = [0, 5000, 10_000, 40_000, 60_000];
  const got = await Promise.all(
    starts.map((start) => collectBytes(content.read({ start, end: start + 9000 }), 9000)),
  );
  starts.forEach((start, index) => assert.deepEqual(got[index], bytes.slice(start, start + 9000)));
});

test('a range read asks for the segments that it touches and no others', async () => {
  const blob = await sealed(noise(100 * CONTENT_BYTES));
  const asked: [number, number][] = [];
  const inner = memorySource(blob.payload);
  const source = {
    size: inner.size,
    read: (at: number, length: number) => {
      asked.push([at, length]);
      return inner.read(at, length);
    },
  };
  const range = { start: 10 * CONTENT_BYTES + 1, end: 12 * CONTENT_BYTES };
  await opened({ header: blob.header, payload: source }, { range });
  assert.deepEqual(asked, [
    [99 * SEGMENT_BYTES, SEGMENT_BYTES],
    [10 * SEGMENT_BYTES, 2 * SEGMENT_BYTES],
  ]);
});

test('what is read belongs to the reader, and what is lent is the same', async () => {
  const bytes = noise(1200 * CONTENT_BYTES + 5);
  const blob = await sealed(bytes);
  await using content = await openPayload(
    { header: blob.header, source: memorySource(blob.payload), identities: [KEK.identity] },
    { pool },
  );
  const kept = await Array.fromAsync(content.read());
  assert.ok(kept.length > 1);
  assert.ok(Buffer.concat(kept).equals(bytes));
  assert.ok(bufferView(await collectBytes(content.lend(), bytes.length)).equals(bytes));
});

test('a range outside the file is refused', async () => {
  const blob = await sealed(noise(10));
  for (const range of [
    { start: 0, end: 11 },
    { start: -1, end: 5 },
    { start: 6, end: 5 },
    { start: 0.5, end: 1 },
    { start: 0, end: Number.NaN },
  ]) {
    await refusal(() => opened(blob, { range }), 'INPUT_INVALID');
  }
  assert.equal((await opened(blob, { range: { start: 10, end: 10 } })).length, 0);
});

test('name and digests come back, SHA-512 where it was asked for', async () => {
  const bytes = noise(5000);
  const blob = await sealed(bytes, { name: 'modèle/Gewichte.bin', withSha512: true });
  await using content = await openPayload(
    { header: blob.header, source: memorySource(blob.payload), identities: [KEK.identity] },
    { pool },
  );
  assert.equal(content.name, 'modèle/Gewichte.bin');
  assert.equal(content.size, 5000);
  assert.equal(content.sha256, sha256(bytes));
  assert.equal(content.sha512, createHash('sha512').update(bytes).digest('hex'));
  assert.equal(blob.blob.sha512, content.sha512);
  const shown = JSON.stringify(blob.header);
  assert.ok(!shown.includes('Gewichte') && !shown.includes(content.sha256), 'both are sealed');
});

test('the same file sealed twice has nothing in common', async () => {
  const [one, two] = await Promise.all([sealed(noise(9000)), sealed(noise(9000))]);
  assert.notEqual(one.header.payloadCheck, two.header.payloadCheck);
  assert.ok(!bufferView(one.payload).includes(bufferView(two.payload).subarray(16, 48)));
});

test('many files are sealed and opened at the same time', async () => {
  const sizes = Array.from({ length: 12 }, (_, index) => index * 150_000);
  await Promise.all(
    sizes.map(async (size) => {
      const bytes = noise(size, size + 1);
      assert.ok(bufferView(await opened(await sealed(bytes))).equals(bytes));
    }),
  );
});

test('a file that is not encrypted is whole, verified and says so', async () => {
  for (const size of [0, 10, 3_000_000]) {
    const bytes = noise(size);
    const blob = await sealed(bytes, { encryption: 'off' });
    assert.equal(blob.header.suite, 0);
    assert.equal(toHex(blob.payload.subarray(0, 10)), toHex(bytes.subarray(0, 10)));
    assert.deepEqual(await opened(blob, { identities: [] }), bytes);
    await verifySealed({ header: blob.header, source: memorySource(blob.payload) });
  }
});
