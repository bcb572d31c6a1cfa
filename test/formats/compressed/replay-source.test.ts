import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { streamOf, toHex } from '../../../src/bytes/index.ts';
import { openReplaySource } from '../../../src/formats/index.ts';

const content = Uint8Array.from({ length: 5_000_000 }, (_, at) => (at * 31 + (at >> 8)) & 0xff);

function stream(): AsyncGenerator<Uint8Array> {
  const count = Math.ceil(content.length / 70_000);
  return streamOf(...Array.from({ length: count }, (_, at) => content.slice(at * 70_000, (at + 1) * 70_000)));
}

for (const maxHeldBytes of [1000, 1 << 24]) {
  test(`reads anywhere in a stream of which ${maxHeldBytes} bytes may be held`, async () => {
    const { source, summary } = await openReplaySource(stream, { maxHeldBytes, maxContentBytes: 1 << 30 });
    assert.deepEqual(summary, { size: content.length, isCut: false });
    await fc.assert(
      fc.asyncProperty(fc.nat(content.length + 10), fc.nat(100_000), async (offset, length) => {
        const expected = content.subarray(offset, offset + length);
        assert.equal(toHex(await source.read(offset, length)), toHex(expected));
      }),
      { numRuns: 25 },
    );
  });
}

test('reads that are asked for at once do not disturb one another', async () => {
  const { source } = await openReplaySource(stream, { maxHeldBytes: 0, maxContentBytes: 1 << 30 });
  const offsets = [4_000_000, 10, 2_000_000, 0];
  const read = await Promise.all(offsets.map((offset) => source.read(offset, 16)));
  assert.deepEqual(
    read.map(toHex),
    offsets.map((offset) => toHex(content.subarray(offset, offset + 16))),
  );
});

test('ends at the limit on content and says so', async () => {
  const { source, summary } = await openReplaySource(stream, {
    maxHeldBytes: 1 << 24,
    maxContentBytes: 100_000,
  });
  assert.deepEqual(summary, { size: 100_000, isCut: true });
  assert.equal((await source.read(99_990, 100)).length, 10);
});
