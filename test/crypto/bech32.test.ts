import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { toHex, utf8Bytes, utf8Text } from '../../src/bytes/index.ts';
import { decodeBech32, encodeBech32 } from '../../src/crypto/bech32.ts';
import { hex } from './hex.ts';

/** The valid strings of BIP 173 whose payload is a whole number of bytes. */
const VALID = [
  { text: 'A12UEL5L', prefix: 'a', payload: '' },
  {
    text: 'abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw',
    prefix: 'abcdef',
    payload: '00443214c74254b635cf84653a56d7c675be77df',
  },
  {
    text: 'split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w',
    prefix: 'split',
    payload: 'c5f38b70305f519bf66d85fb6cf03058f3dde463ecd7918f2dc743918f2d',
  },
];

for (const { text, prefix, payload } of VALID) {
  test(`Bech32 reads and writes ${text}`, () => {
    const decoded = decodeBech32(prefix, utf8Bytes(text));
    assert.equal(decoded && toHex(decoded), payload);
    assert.equal(utf8Text(encodeBech32(prefix, hex(payload))), text.toLowerCase());
  });
}

const INVALID = {
  'a changed checksum': ['split', 'split1checkupstagehandshakeupstreamerranterredcaperred2y9e2w'],
  'another prefix': ['spliu', 'split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w'],
  'mixed case': ['split', 'Split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w'],
  'a space in the body': ['split', 'split1checkupstagehandshakeupstreamerranterredc perred2y9e3w'],
  'a letter outside the alphabet': ['a', 'a12uel5b'],
  'no separator': ['a', 'a2uel5l'],
  'too short a checksum': ['a', 'a12uel5'],
  'something after the end': ['a', 'a12uel5l '],
  'nothing at all': ['a', ''],
} as const;

for (const [what, [prefix, text]] of Object.entries(INVALID)) {
  test(`Bech32 refuses ${what}`, () => assert.equal(decodeBech32(prefix, utf8Bytes(text)), undefined));
}

test('Bech32 gives back every payload, and notices every changed character', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }), fc.nat(), (payload, place) => {
      const text = encodeBech32('age1pq', payload);
      assert.deepEqual(decodeBech32('age1pq', text), Uint8Array.from(payload));
      const at = 7 + (place % (text.length - 7));
      text[at] = text[at] === 0x71 ? 0x70 : 0x71;
      assert.equal(decodeBech32('age1pq', text), undefined);
    }),
  );
});
