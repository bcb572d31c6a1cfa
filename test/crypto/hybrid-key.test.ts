import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { Decrypter, Encrypter, identityToRecipient, Stanza } from 'age-encryption';
import { fromBase64, SecretBytes, toBase64, toHex, utf8Bytes, utf8Text } from '../../src/bytes/index.ts';
import {
  generateHybridKey,
  hpkeOpenHybrid,
  hpkeSealHybrid,
  hybridRecipientOf,
  parseHybridIdentity,
  parseHybridRecipient,
} from '../../src/crypto/index.ts';
import { xWingDecapsulate, xWingEncapsulate, xWingPublicKey } from '../../src/crypto/x-wing.ts';
import { hex } from './hex.ts';

const AGE_INFO = { info: 'age-encryption.org/mlkem768x25519' };
const OUR_INFO = { info: 'strongroom/1 recipient' };
const MESSAGE = utf8Bytes('sixteen byte key');

function identityText(identity: SecretBytes): string {
  return utf8Text(identity.expose()) ?? '';
}

function unpadded(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll('=', '');
}

/** The X-Wing that age-encryption brings along: an implementation with nothing in common with ours. */
interface OtherXWing {
  getPublicKey(seed: Uint8Array): Uint8Array;
  encapsulate(publicKey: Uint8Array, seed?: Uint8Array): { cipherText: Uint8Array; sharedSecret: Uint8Array };
  decapsulate(ciphertext: Uint8Array, seed: Uint8Array): Uint8Array;
}

function otherXWing(): OtherXWing {
  const fromAge = createRequire(import.meta.resolve('age-encryption'));
  return (fromAge('@noble/post-quantum/hybrid.js') as { XWing: OtherXWing }).XWing;
}

test('X-Wing gives the shared secret of the draft, appendix C, vector 1', () => {
  const seed = SecretBytes.copyOf(hex('7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26'));
  const coins = hex(
    '3cb1eea988004b93103cfb0aeefd2a686e01fa4a58e8a3639ca8a1e3f9ae57e235b8cc873c23dc62b8d260169afa2f75ab916a58d974918835d25e6a435085b2',
  );
  const publicKey = xWingPublicKey(seed);
  assert.equal(
    toHex(publicKey.subarray(0, 32)),
    'e2236b35a8c24b39b10aa1323a96a919a2ced88400633a7b07131713fc14b2b5',
  );
  const { cipherText } = otherXWing().encapsulate(publicKey, coins);
  assert.equal(
    toHex(xWingDecapsulate(seed, cipherText).expose()),
    'd2df0522128f09dd8e2c92b1e905c793d8f57a54c3da25861f10bf4ca613e384',
  );
});

test('X-Wing agrees with another implementation in both directions', () => {
  const other = otherXWing();
  for (let round = 0; round < 5; round++) {
    const { recipient, identity } = generateHybridKey();
    const seed = parseHybridIdentity(identity);
    const publicKey = parseHybridRecipient(recipient);
    assert.deepEqual(other.getPublicKey(seed.expose()), publicKey);
    const ours = xWingEncapsulate(publicKey);
    assert.equal(toHex(other.decapsulate(ours.ciphertext, seed.expose())), toHex(ours.sharedSecret.expose()));
    const theirs = other.encapsulate(publicKey);
    assert.equal(toHex(xWingDecapsulate(seed, theirs.cipherText).expose()), toHex(theirs.sharedSecret));
  }
});

test('an identity is written as age writes it and has the recipient that age computes', async () => {
  const { recipient, identity } = generateHybridKey();
  assert.match(identityText(identity), /^AGE-SECRET-KEY-PQ-1[A-Z0-9]+$/);
  assert.equal(await identityToRecipient(identityText(identity)), recipient);
  assert.equal(hybridRecipientOf(identity), recipient);
});

test('what age seals to our key, we open', async () => {
  const { recipient, identity } = generateHybridKey();
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  const file = await encrypter.encrypt('hello from age');
  const decrypter = new Decrypter();
  decrypter.addIdentity({
    unwrapFileKey([stanza]) {
      const [type, share = ''] = stanza?.args ?? [];
      assert.equal(type, 'mlkem768x25519');
      const enc = fromBase64(share.padEnd(Math.ceil(share.length / 4) * 4, '='));
      assert.ok(enc !== undefined && stanza !== undefined);
      return hpkeOpenHybrid(identity, AGE_INFO, { enc, ciphertext: stanza.body }) ?? null;
    },
  });
  assert.equal(await decrypter.decrypt(file, 'text'), 'hello from age');
});

test('what we seal to its key, age opens', async () => {
  const { recipient, identity } = generateHybridKey();
  const encrypter = new Encrypter();
  encrypter.addRecipient({
    wrapFileKey(fileKey) {
      const { enc, ciphertext } = hpkeSealHybrid(recipient, AGE_INFO, fileKey);
      return [new Stanza(['mlkem768x25519', unpadded(enc)], ciphertext)];
    },
  });
  const file = await encrypter.encrypt('hello from strongroom');
  const decrypter = new Decrypter();
  decrypter.addIdentity(identityText(identity));
  assert.equal(await decrypter.decrypt(file, 'text'), 'hello from strongroom');
});

test('a message opens for its recipient, purpose and context only', () => {
  const { recipient, identity } = generateHybridKey();
  const context = { ...OUR_INFO, aad: utf8Bytes('blob 1') };
  const sealed = hpkeSealHybrid(recipient, context, MESSAGE);
  assert.deepEqual(hpkeOpenHybrid(identity, context, sealed), MESSAGE);
  assert.equal(hpkeOpenHybrid(generateHybridKey().identity, context, sealed), undefined);
  assert.equal(hpkeOpenHybrid(identity, { ...context, info: AGE_INFO.info }, sealed), undefined);
  assert.equal(hpkeOpenHybrid(identity, { ...context, aad: utf8Bytes('blob 2') }, sealed), undefined);
  assert.equal(hpkeOpenHybrid(identity, OUR_INFO, sealed), undefined);
});

test('a changed message does not open', () => {
  const { recipient, identity } = generateHybridKey();
  const { enc, ciphertext } = hpkeSealHybrid(recipient, OUR_INFO, MESSAGE);
  for (const at of [0, 500, 1087, 1088, 1119]) {
    const changed = enc.map((byte, index) => (index === at ? byte ^ 1 : byte));
    assert.equal(hpkeOpenHybrid(identity, OUR_INFO, { enc: changed, ciphertext }), undefined);
  }
  const changed = ciphertext.map((byte, index) => (index === 3 ? byte ^ 1 : byte));
  assert.equal(hpkeOpenHybrid(identity, OUR_INFO, { enc, ciphertext: changed }), undefined);
  assert.equal(hpkeOpenHybrid(identity, OUR_INFO, { enc: enc.subarray(1), ciphertext }), undefined);
  assert.equal(hpkeOpenHybrid(identity, OUR_INFO, { enc, ciphertext: new Uint8Array(0) }), undefined);
});

test('an X25519 share of small order does not open', () => {
  const { recipient, identity } = generateHybridKey();
  const { enc, ciphertext } = hpkeSealHybrid(recipient, OUR_INFO, MESSAGE);
  const weak = enc.slice();
  weak.fill(0, 1088);
  assert.equal(hpkeOpenHybrid(identity, OUR_INFO, { enc: weak, ciphertext }), undefined);
});

test('texts that are not recipients are refused', () => {
  const { recipient, identity } = generateHybridKey();
  const last = recipient.endsWith('q') ? 'p' : 'q';
  for (const text of [
    '',
    'age1pq1',
    'age1pq1'.padEnd(100_000, 'q'),
    recipient.toUpperCase(),
    `${recipient} `,
    `${recipient.slice(0, -1)}${last}`,
    identityText(identity),
    'age1cy0su9fwf3gf9mw868g5yut09p6nytfmmnktexz2ya5uqg9vl9sss4euqm',
  ]) {
    assert.throws(() => parseHybridRecipient(text), { code: 'INPUT_INVALID' });
  }
});

test('texts that are not identities are refused, without showing them', () => {
  const text = identityText(generateHybridKey().identity);
  for (const wrong of ['', text.toLowerCase(), `${text}\n`, `${text.slice(0, -1)}B`, text.slice(0, 30)]) {
    assert.throws(
      () => parseHybridIdentity(SecretBytes.copyOf(utf8Bytes(wrong))),
      (error: { code: string; message: string }) =>
        error.code === 'INPUT_INVALID' && !error.message.includes(text.slice(20, 40)),
    );
  }
});
