import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { concatBytes, fromHex, SecretBytes, utf8Bytes } from '../../src/bytes/index.ts';
import { FLOE_HEADER_BYTES, FloeMessage } from '../../src/container/floe.ts';
import { floeOpen } from '../../src/container/floe-whole.ts';

// The known-answer tests of the FLOE specification (C2SP): key of zeros, AAD "This is AAD".

const FOLDER = new URL('../../../shared/vectors/floe/', import.meta.url);

const CASES = [
  { name: 'go_GCM256_IV256_4K', segmentBytes: 4096, rotationBits: 20 },
  { name: 'go_GCM256_IV256_64', segmentBytes: 64, rotationBits: 20 },
  { name: 'go_rotation', segmentBytes: 40, rotationBits: 2 },
];

function read(name: string): Uint8Array {
  const bytes = fromHex(readFileSync(new URL(name, FOLDER), 'utf8').trim());
  assert.ok(bytes);
  return bytes;
}

for (const { name, segmentBytes, rotationBits } of CASES) {
  const context = {
    key: SecretBytes.copyOf(new Uint8Array(32)),
    aad: utf8Bytes('This is AAD'),
    segmentBytes,
    rotationBits,
  };

  test(`opens the known answer ${name}, in order and backwards`, (t) => {
    if (!existsSync(FOLDER)) {
      t.skip('the external vectors are not here');
      return;
    }
    const sealed = read(`${name}_ct.txt`);
    const expected = read(`${name}_pt.txt`);
    const message = FloeMessage.open(context, sealed.subarray(0, FLOE_HEADER_BYTES));
    assert.ok(message);
    const segments = Math.ceil((sealed.length - FLOE_HEADER_BYTES) / segmentBytes);
    const openAt = (position: number): Uint8Array => {
      const from = FLOE_HEADER_BYTES + position * segmentBytes;
      const place = { position, isFinal: position === segments - 1 };
      const content = message.openSegment(place, sealed.subarray(from, from + segmentBytes));
      assert.ok(content, `segment ${position}`);
      return content;
    };
    const positions = Array.from({ length: segments }, (_, position) => position);
    const backwards = positions.toReversed().map(openAt).toReversed();
    assert.deepEqual(concatBytes(...positions.map(openAt)), expected);
    assert.deepEqual(concatBytes(...backwards), expected);
    assert.deepEqual(floeOpen(context, sealed), expected);
  });

  test(`refuses the known answer ${name} with any byte changed`, (t) => {
    if (!existsSync(FOLDER)) {
      t.skip('the external vectors are not here');
      return;
    }
    const sealed = read(`${name}_ct.txt`);
    const step = Math.max(1, Math.floor(sealed.length / 500));
    for (let at = 0; at < sealed.length; at += step) {
      const changed = sealed.slice();
      changed[at]! ^= 1;
      assert.equal(floeOpen(context, changed), undefined, `byte ${at}`);
    }
  });
}
