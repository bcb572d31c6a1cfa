import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { collectBytes, concatBytes, memorySource } from '../../src/bytes/index.ts';
import {
  type ContainerHeader,
  formatHeader,
  openPayload,
  parseHeader,
  verifySealed,
} from '../../src/container/index.ts';
import {
  altered,
  type InMemory,
  KEK,
  noise,
  opened,
  pool,
  refusal,
  SEGMENT_BYTES,
  sealed,
} from './seal-kit.ts';

const BYTES = noise(5 * 4064 + 100);
const DAMAGE = ['CONTAINER_TAMPERED', 'CONTAINER_TRUNCATED', 'CONTAINER_MALFORMED'] as const;

/** A header whose unauthenticated digest fits the payload, as a forger would write it. */
function withDigestOf(header: ContainerHeader, payload: Uint8Array): ContainerHeader {
  return { ...header, payloadSize: payload.length };
}

function segmentsOf(payload: Uint8Array): Uint8Array[] {
  return Array.from({ length: Math.ceil(payload.length / SEGMENT_BYTES) }, (_, at) =>
    payload.subarray(at * SEGMENT_BYTES, (at + 1) * SEGMENT_BYTES),
  );
}

async function refusesPayload(blob: InMemory, payload: Uint8Array): Promise<void> {
  await refusal(() => opened({ header: blob.header, payload }), ...DAMAGE);
  await refusal(() => opened({ header: withDigestOf(blob.header, payload), payload }), ...DAMAGE);
  await refusal(() => verifySealed({ header: blob.header, source: memorySource(payload) }), ...DAMAGE);
}

test('any flipped bit of the payload is refused, with and without a key', async () => {
  const blob = await sealed(BYTES);
  const place = fc.integer({ min: 0, max: blob.payload.length - 1 });
  await fc.assert(
    fc.asyncProperty(place, fc.integer({ min: 0, max: 7 }), async (at, bit) => {
      await refusesPayload(
        blob,
        altered(blob.payload, (copy) => (copy[at]! ^= 1 << bit)),
      );
    }),
    { numRuns: 150 },
  );
});

test('a payload that is cut anywhere or has bytes appended is refused', async () => {
  const blob = await sealed(BYTES);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: blob.payload.length - 1 }), async (length) => {
      await refusesPayload(blob, blob.payload.subarray(0, length));
    }),
    { numRuns: 60 },
  );
  for (let cut = 1; cut < 6; cut++) await refusesPayload(blob, blob.payload.subarray(0, cut * SEGMENT_BYTES));
  await refusesPayload(blob, concatBytes(blob.payload, Uint8Array.of(0)));
  await refusesPayload(blob, concatBytes(blob.payload, noise(SEGMENT_BYTES)));
});

test('segments swapped, repeated, left out or taken from another file are refused', async () => {
  const [blob, other] = await Promise.all([sealed(BYTES), sealed(BYTES)]);
  const segments = segmentsOf(blob.payload);
  const foreign = segmentsOf(other.payload);
  for (let at = 0; at + 2 < segments.length; at++) {
    await refusesPayload(
      blob,
      concatBytes(...segments.with(at, segments[at + 1]!).with(at + 1, segments[at]!)),
    );
    await refusesPayload(blob, concatBytes(...segments.with(at + 1, segments[at]!)));
    await refusesPayload(blob, concatBytes(...segments.toSpliced(at, 1)));
    await refusesPayload(blob, concatBytes(...segments.toSpliced(at, 0, segments[at]!)));
    await refusesPayload(blob, concatBytes(...segments.with(at, foreign[at]!)));
  }
});

test('nothing of a damaged segment, nor of what follows it, is handed out', async () => {
  const bytes = noise(600 * 4064);
  const blob = await sealed(bytes);
  const payload = altered(blob.payload, (copy) => (copy[300 * SEGMENT_BYTES + 99]! ^= 1));
  await using content = await openPayload(
    { header: blob.header, source: memorySource(payload), identities: [KEK.identity] },
    { pool },
  );
  const chunks: Uint8Array[] = [];
  await refusal(async () => {
    for await (const chunk of content.read()) chunks.push(chunk);
  }, 'CONTAINER_TAMPERED');
  const got = Buffer.concat(chunks);
  assert.ok(got.length <= 300 * 4064);
  assert.ok(got.equals(bytes.subarray(0, got.length)));
  const start = 301 * 4064;
  assert.deepEqual(
    await collectBytes(content.read({ start, end: start + 10 }), 10),
    bytes.slice(start, start + 10),
  );
});

test('the end is verified before the first byte leaves', async () => {
  const blob = await sealed(BYTES);
  const last = blob.payload.length - 1;
  const payload = altered(blob.payload, (copy) => (copy[last]! ^= 1));
  await refusal(
    () =>
      openPayload(
        { header: blob.header, source: memorySource(payload), identities: [KEK.identity] },
        { pool },
      ),
    'CONTAINER_TAMPERED',
  );
});

test('a source that ends early, or lies about its size, is refused', async () => {
  const blob = await sealed(BYTES);
  const size = blob.payload.length;
  const short = memorySource(blob.payload.subarray(0, size - 50));
  const source = { size, read: (at: number, length: number) => short.read(at, length) };
  await refusal(() => opened({ header: blob.header, payload: source }), 'CONTAINER_TRUNCATED');
  await refusal(() => verifySealed({ header: blob.header, source }), 'CONTAINER_TRUNCATED');
});

test('any flipped bit of a header is refused when it is parsed or when it is opened', async () => {
  const blob = await sealed(BYTES);
  const bytes = formatHeader(blob.header);
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: bytes.length - 1 }),
      fc.integer({ min: 0, max: 7 }),
      async (at, bit) => {
        const changed = altered(bytes, (copy) => (copy[at]! ^= 1 << bit));
        const act = async (): Promise<Uint8Array> =>
          opened({ header: parseHeader(changed), payload: blob.payload });
        if (isGeneration(bytes, at)) return;
        await refusal(
          act,
          ...DAMAGE,
          'CONTAINER_UNSUPPORTED',
          'CONTAINER_LIMIT',
          'KEY_REFUSED',
          'ACCESS_CODE_REQUIRED',
        );
      },
    ),
    { numRuns: 400 },
  );
});

/** The generation is the one number that anybody may raise; who knows the newest finds an older one out. */
function isGeneration(header: Uint8Array, at: number): boolean {
  const from = Buffer.from(header).indexOf('"generation":') + '"generation":'.length;
  return at === from;
}

test('every authenticated member of a header is bound by its MAC', async () => {
  const blob = await sealed(BYTES);
  const other = await sealed(BYTES);
  const { header } = blob;
  assert.ok(header.suite === 1 && other.header.suite === 1);
  const changes: Partial<ContainerHeader>[] = [
    { createdAt: '2026-01-02T03:04:05.679Z' },
    { payloadCheck: '0'.repeat(64) },
    { metadata: other.header.metadata },
    { floe: other.header.floe },
    { mac: other.header.mac },
    { size: header.size - 1, storedSize: header.storedSize - 1 },
    { compression: { algorithm: 'zstd', frame: 4096 } },
    { segment: 8192 },
  ];
  for (const change of changes) {
    const changed = { ...header, ...change } as ContainerHeader;
    await refusal(() => opened({ header: changed, payload: blob.payload }), 'CONTAINER_TAMPERED');
  }
});

test('headers swapped between blobs, and slots moved to another blob, are refused', async () => {
  const [one, two] = await Promise.all([sealed(BYTES), sealed(BYTES)]);
  const expected = { vault: one.header.vault, blob: one.header.blob };
  await refusal(() => opened({ header: two.header, payload: one.payload }), 'CONTAINER_TAMPERED');
  await refusal(() => opened(two, { expected }), 'CONTAINER_MISPLACED');
  await refusal(
    () => opened(one, { expected: { ...expected, vault: 'AAAAAAAAAAAAAAAAAAAAAQ' } }),
    'CONTAINER_MISPLACED',
  );
  assert.ok(one.header.suite === 1 && two.header.suite === 1);
  const moved = { ...two.header, slots: one.header.slots };
  await refusal(() => opened({ header: moved, payload: two.payload }), 'KEY_REFUSED');
  const renamed = { ...two.header, blob: one.header.blob };
  await refusal(() => opened({ header: renamed, payload: two.payload }, { expected }), 'KEY_REFUSED');
});

test('an older header that was put back is refused by who knows the newest', async () => {
  const blob = await sealed(BYTES);
  const ids = { vault: blob.header.vault, blob: blob.header.blob };
  assert.deepEqual(await opened(blob, { expected: { ...ids, minGeneration: 1 } }), BYTES);
  await refusal(() => opened(blob, { expected: { ...ids, minGeneration: 2 } }), 'CONTAINER_ROLLED_BACK');
});

test('a changed file that is not encrypted gives no end', async () => {
  const bytes = noise(5_000_000);
  const blob = await sealed(bytes, { encryption: 'off' });
  const payload = altered(blob.payload, (copy) => (copy[17]! ^= 1));
  const chunks: Uint8Array[] = [];
  await using content = await openPayload(
    { header: blob.header, source: memorySource(payload), identities: [] },
    { pool },
  );
  await refusal(async () => {
    for await (const chunk of content.read()) chunks.push(chunk);
  }, 'CONTAINER_TAMPERED');
  assert.ok(Buffer.concat(chunks).length < bytes.length);
  await refusal(
    () => verifySealed({ header: blob.header, source: memorySource(payload) }),
    'CONTAINER_TAMPERED',
  );
});

test('a file that needs no key does not take the place of one that does', async () => {
  const forged = await sealed(noise(100), { encryption: 'off' });
  await refusal(() => opened(forged, { identities: [KEK.identity] }), 'CONTAINER_NOT_ENCRYPTED');
  await refusal(() => opened(forged, { allowPlain: false }), 'CONTAINER_NOT_ENCRYPTED');
  assert.deepEqual(await opened(forged, { identities: [KEK.identity], allowPlain: true }), noise(100));
});
