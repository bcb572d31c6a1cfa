import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { concatBytes, memorySource, streamOf, uintBytes } from '../../src/bytes/index.ts';
import {
  formatHeader,
  hybridRecipient,
  isSealedFile,
  readSealedFile,
  SEALED_FILE_MAGIC,
  SealedFileWriter,
  sealPayload,
  writeSealedFile,
} from '../../src/container/index.ts';
import { generateHybridKey, randomId } from '../../src/crypto/index.ts';
import { altered, type InMemory, KEK, noise, opened, pool, refusal, sealed } from './seal-kit.ts';

const BYTES = noise(10_000);

/** A file in memory that is written at positions. */
class MemoryFile {
  bytes = new Uint8Array(0);

  writeAt(position: number, bytes: Uint8Array): Promise<void> {
    if (position + bytes.length > this.bytes.length) {
      this.bytes = concatBytes(this.bytes, new Uint8Array(position + bytes.length - this.bytes.length));
    }
    this.bytes.set(bytes, position);
    return Promise.resolve();
  }
}

async function exported(blob: InMemory): Promise<Uint8Array<ArrayBuffer>> {
  const file = new MemoryFile();
  await writeSealedFile({ header: blob.header, payload: memorySource(blob.payload) }, file);
  return file.bytes;
}

test('a stored blob travels as one file and opens from it', async () => {
  for (const options of [{}, { encryption: 'off' } as const]) {
    const blob = await sealed(BYTES, options);
    const file = await exported(blob);
    assert.ok(isSealedFile(file));
    const { header, payload } = await readSealedFile(memorySource(file));
    assert.deepEqual(header, blob.header);
    assert.equal((file.length - payload.size) % 4096, 0);
    assert.deepEqual(await opened({ header, payload }), BYTES);
    const range = { start: 5000, end: 9000 };
    assert.deepEqual(await opened({ header, payload }, { range }), BYTES.slice(5000, 9000));
  }
});

test('a file is sealed in place, with its header written last', async () => {
  for (const count of [1, 12]) {
    const { recipient } = generateHybridKey();
    const hybrids = Array.from({ length: count - 1 }, () => hybridRecipient(recipient));
    const file = new MemoryFile();
    const writer = new SealedFileWriter(file, count);
    const { header } = await sealPayload(
      {
        vault: randomId(),
        blob: randomId(),
        name: 'n'.repeat(1024),
        input: streamOf(BYTES),
        write: (chunk) => writer.write(chunk),
        recipients: [...hybrids, KEK.recipient],
        createdAt: '2026-01-02T03:04:05.678Z',
      },
      { pool },
    );
    assert.ok(!isSealedFile(file.bytes), 'nothing looks finished before it is');
    await writer.finish(header);
    const parts = await readSealedFile(memorySource(file.bytes));
    assert.deepEqual(await opened(parts), BYTES);
  }
});

test('any flipped bit in the region of the header is refused or does not open', async () => {
  const blob = await sealed(BYTES);
  const file = await exported(blob);
  const generationAt = 16 + Buffer.from(formatHeader(blob.header)).indexOf('"generation":') + 13;
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 4095 }), fc.integer({ min: 0, max: 7 }), async (at, bit) => {
      if (at === generationAt) return;
      const changed = altered(file, (copy) => (copy[at]! ^= 1 << bit));
      await refusal(
        async () => opened(await readSealedFile(memorySource(changed))),
        'CONTAINER_MALFORMED',
        'CONTAINER_LIMIT',
        'CONTAINER_TRUNCATED',
        'CONTAINER_TAMPERED',
        'CONTAINER_UNSUPPORTED',
        'KEY_REFUSED',
      );
    }),
    { numRuns: 300 },
  );
});

test('a file that is cut, extended or something else is refused', async () => {
  const file = await exported(await sealed(BYTES));
  const read = async (bytes: Uint8Array): Promise<unknown> => readSealedFile(memorySource(bytes));
  for (const length of [0, 7, 8, 15, 16, 100, 4095]) {
    await refusal(() => read(file.subarray(0, length)), 'CONTAINER_MALFORMED', 'CONTAINER_TRUNCATED');
  }
  for (const length of [4096, file.length - 1]) {
    await refusal(() => read(file.subarray(0, length)), 'CONTAINER_TRUNCATED');
  }
  await refusal(() => read(concatBytes(file, Uint8Array.of(0))), 'CONTAINER_TRUNCATED');
  await refusal(() => read(noise(20_000)), 'CONTAINER_MALFORMED');
});

test('a file that claims an enormous header is refused before it is read', async () => {
  const reads: number[] = [];
  const start = concatBytes(SEALED_FILE_MAGIC, uintBytes(0xfffff000, 4), uintBytes(2 ** 30, 4));
  const source = {
    size: 2 ** 40,
    read: (_offset: number, length: number) => {
      reads.push(length);
      return Promise.resolve(start.subarray(0, length));
    },
  };
  await refusal(() => readSealedFile(source), 'CONTAINER_LIMIT');
  assert.deepEqual(reads, [16_384]);
});

test('room for the slots was not enough: that is an error, not a broken file', async () => {
  const { recipient } = generateHybridKey();
  const recipients = Array.from({ length: 12 }, () => hybridRecipient(recipient));
  const { header } = await sealed(BYTES, { recipients });
  const writer = new SealedFileWriter(new MemoryFile(), 1);
  await refusal(() => writer.finish(header), 'CONTAINER_LIMIT');
});
