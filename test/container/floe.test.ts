import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { SecretBytes, utf8Bytes } from '../../src/bytes/index.ts';
import { FLOE_HEADER_BYTES, FloeMessage } from '../../src/container/floe.ts';
import { floeOpen, floeSeal } from '../../src/container/floe-whole.ts';
import { layOutSegments } from '../../src/container/segment-layout.ts';
import { noise } from './seal-kit.ts';

const context = { key: SecretBytes.copyOf(noise(32)), aad: utf8Bytes('here'), segmentBytes: 64 };

test('any content opens to itself, whatever the segment length', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 400 }),
      fc.integer({ min: 33, max: 200 }),
      (content, segmentBytes) => {
        const sealed = floeSeal({ ...context, segmentBytes }, content);
        const layout = layOutSegments(content.length, segmentBytes);
        assert.equal(sealed.length, FLOE_HEADER_BYTES + layout.sealedBytes);
        assert.deepEqual(floeOpen({ ...context, segmentBytes }, sealed), new Uint8Array(content));
      },
    ),
  );
});

test('any change, cut or appended byte is refused', () => {
  const sealed = floeSeal(context, noise(150));
  for (let at = 0; at < sealed.length; at++) {
    const changed = sealed.slice();
    changed[at]! ^= 0x80;
    assert.equal(floeOpen(context, changed), undefined, `byte ${at}`);
    assert.equal(floeOpen(context, sealed.subarray(0, at)), undefined, `cut at ${at}`);
  }
  assert.equal(floeOpen(context, new Uint8Array([...sealed, 0])), undefined);
});

test('another key, other associated data and another segment length do not fit the header', () => {
  const { header } = FloeMessage.create(context);
  assert.ok(FloeMessage.open(context, header));
  assert.equal(FloeMessage.open({ ...context, key: SecretBytes.copyOf(noise(32, 2)) }, header), undefined);
  assert.equal(FloeMessage.open({ ...context, aad: utf8Bytes('there') }, header), undefined);
  assert.equal(FloeMessage.open({ ...context, segmentBytes: 65 }, header), undefined);
});

test('a segment opens only at its own place, and only as what it is', () => {
  const message = FloeMessage.create(context);
  const segment = new Uint8Array(64);
  message.sealSegment({ position: 3, isFinal: false }, noise(32), segment);
  assert.deepEqual(message.openSegment({ position: 3, isFinal: false }, segment), noise(32));
  assert.equal(message.openSegment({ position: 2, isFinal: false }, segment), undefined);
  assert.equal(message.openSegment({ position: 3, isFinal: true }, segment), undefined);
  assert.equal(message.openSegment({ position: 3 + 2 ** 32, isFinal: false }, segment), undefined);
});

test('a segment that is too short, too long or not full is refused before anything is computed', () => {
  const message = FloeMessage.create(context);
  assert.throws(
    () => message.sealSegment({ position: 0, isFinal: false }, noise(31), new Uint8Array(64)),
    RangeError,
  );
  assert.throws(
    () => message.sealSegment({ position: 0, isFinal: true }, noise(33), new Uint8Array(65)),
    RangeError,
  );
  assert.equal(message.openSegment({ position: 0, isFinal: true }, new Uint8Array(31)), undefined);
  assert.equal(message.openSegment({ position: 0, isFinal: true }, new Uint8Array(65)), undefined);
});

test('a message moves to another thread and goes on there', () => {
  const here = FloeMessage.create({ ...context, rotationBits: 1 });
  const there = FloeMessage.restore(here.state());
  const segment = new Uint8Array(64);
  for (const position of [0, 1, 2, 7, 3]) {
    here.sealSegment({ position, isFinal: false }, noise(32, position + 1), segment);
    assert.deepEqual(there.openSegment({ position, isFinal: false }, segment), noise(32, position + 1));
  }
  there.wipe();
  assert.equal(there.openSegment({ position: 3, isFinal: false }, segment), undefined);
});
