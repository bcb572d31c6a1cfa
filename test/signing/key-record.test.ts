import assert from 'node:assert/strict';
import test from 'node:test';
import { concatBytes, toHex } from '../../src/bytes/index.ts';
import {
  gcmOpen,
  gcmSeal,
  randomBytes,
  SIGNATURE_ROWS,
  type SignatureAlgorithm,
  SigningKey,
} from '../../src/crypto/index.ts';
import {
  assertKeyInForce,
  certificatesOf,
  createKeyRecord,
  openSigningKey,
  parseKeyRecord,
  publicKeyOfRecord,
  revokeKey,
  type SecretBox,
  sealSigningKey,
} from '../../src/signing/index.ts';
import { goodChain, signingKeyOf } from './certificate-kit.ts';
import { refusal } from './refusal.ts';

const TERMS = { validFrom: new Date('2026-01-01T00:00:00Z'), validUntil: new Date('2027-01-01T00:00:00Z') };
const key = SigningKey.generate('ecdsa-p256');
const record = createKeyRecord(key.publicKey, TERMS);

/** A box over a key of its own, as a keyring has one. */
function createBox(): SecretBox {
  const boxKey = randomBytes(32);
  return {
    seal: (secret, aad) => {
      const nonce = randomBytes(12);
      return concatBytes(nonce, gcmSeal({ key: boxKey, iv: nonce, aad }, secret));
    },
    open: (sealed, aad) => gcmOpen({ key: boxKey, iv: sealed.subarray(0, 12), aad }, sealed.subarray(12)),
  };
}

for (const algorithm of Object.keys(SIGNATURE_ROWS) as SignatureAlgorithm[]) {
  test(`a key of ${algorithm} comes back out of its box, and only for its own record`, () => {
    const box = createBox();
    const made = SigningKey.generate(algorithm);
    const own = createKeyRecord(made.publicKey, TERMS);
    const sealed = sealSigningKey(box, made);
    const opened = openSigningKey(box, own, sealed);
    assert.ok(own.id === made.publicKey.id && opened.publicKey.equals(made.publicKey));
    assert.ok(publicKeyOfRecord(own).verify(randomBytes(0), opened.sign(randomBytes(0))));
    assert.throws(() => openSigningKey(box, record, sealed), refusal('KEY_REFUSED'));
    assert.throws(() => openSigningKey(createBox(), own, sealed), refusal('KEY_REFUSED'));
    assert.throws(() => openSigningKey(box, own, `${sealed.slice(0, -4)}AAAA`), refusal('KEY_REFUSED'));
    assert.throws(() => openSigningKey(box, own, 'not base64url!'), refusal('KEY_REFUSED'));
  });
}

test('a sealed key shows nothing of the key', () => {
  const made = SigningKey.generate('ed25519');
  using secret = made.exportSecret();
  const seed = toHex(secret.expose()).slice(-64);
  assert.ok(!Buffer.from(sealSigningKey(createBox(), made), 'base64url').toString('hex').includes(seed));
});

test('a record survives being written down', () => {
  assert.deepEqual(parseKeyRecord(JSON.parse(JSON.stringify(record))), record);
});

test('a record may carry the certificates of its key, and of no other', () => {
  const { leaf, middle } = goodChain();
  const certificates = [leaf.certificate, middle.certificate];
  const own = createKeyRecord(signingKeyOf(leaf.key).publicKey, { ...TERMS, certificates });
  assert.deepEqual(
    certificatesOf(own)?.map(({ fingerprint }) => fingerprint),
    certificates.map(({ fingerprint }) => fingerprint),
  );
  assert.equal(certificatesOf(record), undefined);
  assert.throws(
    () => createKeyRecord(key.publicKey, { ...TERMS, certificates }),
    refusal('INPUT_INVALID', /another key/),
  );
});

const other = createKeyRecord(SigningKey.generate('ecdsa-p384').publicKey, TERMS);
const BAD: readonly (readonly [what: string, value: unknown])[] = [
  ['nothing', undefined],
  ['a member more', { ...record, secret: 'x' }],
  ['the key of another record', { ...record, publicKey: other.publicKey }],
  ['the algorithm of another record', { ...record, algorithm: other.algorithm }],
  ['an algorithm that does not exist', { ...record, algorithm: 'none' }],
  ['an end before its beginning', { ...record, validUntil: record.validFrom }],
  ['a time without milliseconds', { ...record, validFrom: '2026-01-01T00:00:00Z' }],
  ['a revocation without a reason', { ...record, revokedAt: record.validFrom }],
  ['a reason without a revocation', { ...record, reason: 'lost' }],
  ['an empty chain', { ...record, certificateChain: [] }],
];

for (const [what, value] of BAD) {
  test(`a record is refused with ${what}`, () => {
    assert.throws(() => parseKeyRecord(value), refusal('INPUT_INVALID'));
  });
}

test('a key is in force from its first instant until just before its last', () => {
  for (const at of ['2026-01-01T00:00:00.000Z', '2026-12-31T23:59:59.999Z'])
    assertKeyInForce(record, new Date(at));
  for (const at of ['2025-12-31T23:59:59.999Z', '2027-01-01T00:00:00.000Z']) {
    assert.throws(() => assertKeyInForce(record, new Date(at)), refusal('SIGNING_KEY_EXPIRED'));
  }
});

test('a revoked key counts for what was signed before, and its revocation can only move back', () => {
  const revoked = revokeKey(record, new Date('2026-06-01T00:00:00Z'), 'laptop lost');
  assertKeyInForce(revoked, new Date('2026-05-31T23:59:59.999Z'));
  assert.throws(
    () => assertKeyInForce(revoked, new Date('2026-06-01T00:00:00Z')),
    refusal('SIGNING_KEY_REVOKED', /laptop lost/),
  );
  assert.equal(revokeKey(revoked, new Date('2026-07-01T00:00:00Z'), 'again').reason, 'laptop lost');
  assert.equal(
    revokeKey(revoked, new Date('2026-03-01T00:00:00Z'), 'stolen').revokedAt,
    '2026-03-01T00:00:00.000Z',
  );
});
