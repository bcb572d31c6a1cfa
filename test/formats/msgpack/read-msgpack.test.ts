import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memorySource } from '../../../src/bytes/index.ts';
import { readMsgpack } from '../../../src/formats/index.ts';
import { PAYLOAD, rulesOf, scanBytes } from '../../scan/core/scan-bytes.ts';

/** Bytes of numbers and texts, one after another. */
function packed(...parts: readonly (number | string | Uint8Array)[]): Uint8Array {
  return new Uint8Array(
    Buffer.concat(
      parts.map((part) => (typeof part === 'number' ? Buffer.from([part]) : Buffer.from(part as string))),
    ),
  );
}

/** What Flax writes for an array: an extension of type 1 with shape, type and numbers. */
function flaxArray(data: Uint8Array): Uint8Array {
  const inner = packed(0x93, 0x91, data.length / 4, 0xa7, 'float32', 0xc4, data.length, data);
  return packed(0xc7, inner.length, 1, inner);
}

const WEIGHTS = packed(
  0x81,
  0xa6,
  'params',
  0x82,
  0xa1,
  'w',
  flaxArray(new Uint8Array(32)),
  0xa1,
  'b',
  0xcb,
  new Uint8Array(8),
);
const read = (file: Uint8Array, limits = {}) => readMsgpack(memorySource(file), limits);
const codes = async (file: Uint8Array, limits = {}) =>
  (await read(file, limits)).problems.map(({ code }) => code);

test('walks maps, arrays of Flax and every kind of number', async () => {
  const { values, blobs, extensions, problems } = await read(WEIGHTS);
  assert.deepEqual(problems, []);
  assert.deepEqual([values, blobs.length, extensions.size], [12, 1, 0]);
  const numbers = packed(
    0xdc,
    0,
    9,
    0xc0,
    0xc2,
    0xca,
    new Uint8Array(4),
    0xcf,
    new Uint8Array(8),
    0xd1,
    0,
    0,
    0xff,
    5,
    0xd9,
    0,
    0x90,
  );
  assert.deepEqual(await codes(numbers), []);
});

test('notes lengths beyond the end, trailing bytes, and bytes that begin nothing', async () => {
  for (const file of [
    new Uint8Array(0),
    packed(0xc1),
    packed(0xc0, 0xc0),
    packed(0xa5, 'abc'),
    packed(0xc6, 0xff, 0xff, 0xff, 0xff),
    packed(0xdd, 0xff, 0xff, 0xff, 0xff),
    packed(0xc7, 2, 1, 0xc0, 0xc0),
    WEIGHTS.subarray(0, -1),
  ]) {
    assert.deepEqual(await codes(file), ['MSGPACK_INVALID'], Buffer.from(file).toString('hex'));
  }
  assert.deepEqual(await codes(new Uint8Array(100).fill(0x91)), ['MSGPACK_LIMIT']);
  assert.deepEqual(await codes(WEIGHTS, { maxValues: 3 }), ['MSGPACK_LIMIT']);
});

test('weights of Flax are clean, what is none is doubted, and an extension that nobody knows is unknown', async () => {
  const clean = await scanBytes(WEIGHTS, 'flax_model.msgpack');
  assert.deepEqual([clean.verdict, clean.status], ['clean', 'complete'], JSON.stringify(clean.findings));
  assert.equal((await scanBytes(WEIGHTS.subarray(0, -1), 'flax_model.msgpack')).verdict, 'suspicious');
  assert.equal((await scanBytes(packed(0xc7, 2, 42, 0, 0), 'a.msgpack')).verdict, 'unknown');
});

test('a pickle in a binary value is found, whatever the file is called', async () => {
  const pickle = packed(0x81, 0xa1, 'x', 0xc4, PAYLOAD.length, PAYLOAD);
  const report = await scanBytes(pickle, 'a.msgpack');
  assert.equal(report.verdict, 'malicious', rulesOf(report).join());
});
