import assert from 'node:assert/strict';
import test from 'node:test';
import { memorySource } from '../../src/bytes/index.ts';
import { openPayload, SegmentPool, sealPayload, verifySealed } from '../../src/container/index.ts';
import { randomId } from '../../src/crypto/index.ts';
import { KEK, noise, opened, pool, refusal, sealed } from './seal-kit.ts';

const MIB = 2 ** 20;
const COMPRESSIONS = ['none', 'zstd', 'auto'] as const;

/** A stream that counts what was taken from it and whether it was given up. */
function counted(chunks: number, onChunk: (index: number) => void = () => undefined) {
  const state = { taken: 0, isClosed: false };
  // eslint-disable-next-line @typescript-eslint/require-await -- a stream by its type, ready by its nature
  async function* stream(): AsyncGenerator<Uint8Array> {
    const chunk = noise(MIB);
    try {
      for (let index = 0; index < chunks; index++) {
        state.taken++;
        onChunk(index);
        yield chunk;
      }
    } finally {
      state.isClosed = true;
    }
  }
  return { state, stream: stream() };
}

test('an input that fails ends the sealing with its own error', async () => {
  for (const algorithm of COMPRESSIONS) {
    for (const at of [0, 3, 20]) {
      const failing = counted(30, (index) => {
        if (index === at) throw new Error('the disk is gone');
      });
      await assert.rejects(
        sealed(failing.stream, { compression: { algorithm, level: 1 } }),
        /the disk is gone/,
      );
    }
  }
});

test('a write that fails ends the sealing with its own error, and the input is given up', async () => {
  for (const algorithm of COMPRESSIONS) {
    const input = counted(60);
    let writes = 0;
    const write = (): Promise<void> =>
      ++writes === 3 ? Promise.reject(new Error('no space left')) : Promise.resolve();
    await assert.rejects(
      sealed(input.stream, { write, compression: { algorithm, level: 1 } }),
      /no space left/,
    );
    assert.ok(input.state.taken < 60);
    assert.ok(input.state.isClosed);
  }
});

test('a slow writer holds the input back: memory stays bounded', async () => {
  for (const algorithm of COMPRESSIONS) {
    const input = counted(64);
    let writes = 0;
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const sealing = sealed(input.stream, {
      segmentBytes: 262_144,
      compression: { algorithm, level: 1 },
      write: async () => {
        writes++;
        await gate;
      },
    });
    let before = -1;
    while (writes === 0 || input.state.taken !== before) {
      before = input.state.taken;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.equal(writes, 1, 'one write at a time');
    assert.ok(input.state.taken <= 48, `${input.state.taken} MiB were taken in`);
    release();
    const { blob } = await sealing;
    assert.equal(blob.size, 64 * MIB);
  }
});

test('a slow reader holds the source back', async () => {
  const blob = await sealed(counted(40).stream, { segmentBytes: 262_144 });
  let reads = 0;
  const inner = memorySource(blob.payload);
  const source = {
    size: inner.size,
    read: (at: number, length: number) => {
      reads++;
      return inner.read(at, length);
    },
  };
  await using content = await openPayload(
    { header: blob.header, source, identities: [KEK.identity] },
    { pool },
  );
  const reader = content.read()[Symbol.asyncIterator]();
  await reader.next();
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.ok(reads <= 8, `${reads} reads for one chunk`);
  await reader.return?.();
});

test('a wish to stop ends sealing, opening and verifying', async () => {
  for (const algorithm of COMPRESSIONS) {
    const stop = new AbortController();
    const input = counted(60, (index) => {
      if (index === 10) stop.abort();
    });
    await refusal(
      () => sealed(input.stream, { signal: stop.signal, compression: { algorithm, level: 1 } }),
      'ABORTED',
    );
    assert.ok(input.state.isClosed);
  }
  await refusal(() => sealed(counted(3).stream, { signal: AbortSignal.abort() }), 'ABORTED');
  const blob = await sealed(counted(20).stream);
  const stop = new AbortController();
  const source = memorySource(blob.payload);
  const { header } = blob;
  await using content = await openPayload(
    { header, source, identities: [KEK.identity], signal: stop.signal },
    { pool },
  );
  await refusal(async () => {
    for await (const _chunk of content.read()) stop.abort();
  }, 'ABORTED');
  await refusal(() => verifySealed({ header, source, signal: stop.signal }), 'ABORTED');
});

test('a wish to stop is heard while the input or the output is stuck', async () => {
  const stuck = new Promise<never>(() => undefined);
  for (const options of [
    { input: { [Symbol.asyncIterator]: () => ({ next: () => stuck }) } },
    { write: () => stuck },
  ]) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), 100);
    await refusal(() => sealed(counted(60).stream, { ...options, signal: stop.signal }), 'ABORTED');
    clearTimeout(timer);
  }
});

test('progress counts what was taken in', async () => {
  const told: number[] = [];
  await sealed(counted(5).stream, { onProgress: (bytes) => told.push(bytes) });
  assert.deepEqual(
    told,
    [1, 2, 3, 4, 5].map((count) => count * MIB),
  );
});

test('a payload that was closed is not read any more', async () => {
  const blob = await sealed(counted(10).stream);
  const content = await openPayload(
    { header: blob.header, source: memorySource(blob.payload), identities: [KEK.identity] },
    { pool },
  );
  const reader = content.read()[Symbol.asyncIterator]();
  await reader.next();
  await content.close();
  await content.close();
  await refusal(() => reader.next(), 'ABORTED');
  await refusal(() => Promise.resolve().then(() => content.lend()), 'ABORTED');
});

test('a pool that was closed fails what it still owed, and starts nothing new', async () => {
  const own = SegmentPool.open({ threads: 1 });
  const request = {
    vault: randomId(),
    blob: randomId(),
    name: 'n',
    recipients: [KEK.recipient],
    createdAt: '2026-01-02T03:04:05.678Z',
    write: () => Promise.resolve(),
  };
  const input = counted(60, (index) => {
    if (index === 8) void own.close();
  });
  await refusal(() => sealPayload({ ...request, input: input.stream }, { pool: own }), 'ABORTED');
  await own.close();
  await refusal(() => sealPayload({ ...request, input: counted(5).stream }, { pool: own }), 'ABORTED');
});

test('one thread is enough', async () => {
  await using own = SegmentPool.open({ threads: 1 });
  const chunks: Uint8Array[] = [];
  const { header } = await sealPayload(
    {
      vault: randomId(),
      blob: randomId(),
      name: 'n',
      input: counted(5).stream,
      recipients: [KEK.recipient],
      createdAt: '2026-01-02T03:04:05.678Z',
      compression: { algorithm: 'zstd', level: 1 },
      write: (chunk) => {
        chunks.push(chunk.slice());
        return Promise.resolve();
      },
    },
    { pool: own },
  );
  const payload = new Uint8Array(Buffer.concat(chunks));
  assert.equal((await opened({ header, payload })).length, 5 * MIB);
});

test('what cannot stand in a header is refused before anything is read', async () => {
  const cases = [
    { name: '' },
    { name: 'x'.repeat(1025) },
    { name: '\ud800' },
    { vault: 'AAAA' },
    { blob: '../../../../etc/passwd' },
    { createdAt: 'yesterday' },
    { createdAt: '2026-01-02T03:04:05Z' },
    { segmentBytes: 5000 },
    { segmentBytes: 2048 },
    { recipients: [] },
    { encryption: 'off', recipients: [KEK.recipient] } as const,
  ];
  for (const options of cases) {
    const input = counted(1);
    await refusal(() => sealed(input.stream, options), 'INPUT_INVALID');
    assert.equal(input.state.taken, 0);
  }
});
