import assert from 'node:assert/strict';
import test from 'node:test';
import { utf8Bytes } from '../../src/bytes/index.ts';
import { SigningKey } from '../../src/crypto/index.ts';
import {
  createKeyRecord,
  evaluateTrust,
  formatFileList,
  parseTrustPolicy,
  revokeKey,
  type SigningKeyRecord,
  signDetached,
  signManifest,
  type TrustDecision,
  type TrustQuestion,
} from '../../src/signing/index.ts';
import { FILES, file } from './bundle-kit.ts';
import { goodChain, issue, newKey, signingKeyOf, textTree, URI } from './certificate-kit.ts';
import { refusal } from './refusal.ts';

const AT = new Date('2026-06-01T00:00:00Z');
const TERMS = { validFrom: new Date('2026-01-01T00:00:00Z'), validUntil: new Date('2027-01-01T00:00:00Z') };
const alice = SigningKey.generate('ecdsa-p256');
const alicePostQuantum = SigningKey.generate('ml-dsa-65');
const bob = SigningKey.generate('ecdsa-p384');
const carol = SigningKey.generate('ed25519');
const stranger = SigningKey.generate('ecdsa-p256');
const chain = goodChain();
const records = [alice, alicePostQuantum, bob, carol, stranger].map(({ publicKey }) =>
  createKeyRecord(publicKey, TERMS),
);
const manifest = formatFileList(FILES);

const SIGNERS = [
  { name: 'alice', keys: [alice.publicKey.id, alicePostQuantum.publicKey.id] },
  { name: 'bob', keys: [bob.publicKey.id] },
  { name: 'carol', keys: [carol.publicKey.id] },
  {
    name: 'ml team',
    certificates: [{ root: chain.root.certificate.fingerprint, identity: 'email:ml@example.org' }],
  },
];

const policyOf = (changes: object = {}): TrustQuestion['policy'] =>
  parseTrustPolicy({ format: 'strongroom-trust/1', required: 1, signers: SIGNERS, ...changes });

const signature = (name: string, key: SigningKey, files = FILES): TrustQuestion['signatures'][number] => ({
  name,
  bytes: signManifest(files, key, { name: 'm' }),
});

function decide(
  signatures: TrustQuestion['signatures'],
  changes: Partial<TrustQuestion> = {},
): TrustDecision {
  const question = {
    policy: policyOf(),
    files: FILES,
    manifest,
    keys: records,
    roots: [chain.root.certificate],
    at: AT,
  };
  return evaluateTrust({ ...question, signatures, ...changes });
}

const codes = ({ reasons }: TrustDecision): readonly string[] => reasons.map(({ code }) => code);

test('one good signature is enough where one is asked for', () => {
  const decision = decide([signature('model.sig', alice)]);
  assert.equal(decision.decision, 'trusted');
  assert.deepEqual(decision.signers, ['alice']);
  assert.deepEqual(
    decision.accepted.map(({ signature: name, signer }) => [name, signer]),
    [['model.sig', 'alice']],
  );
  assert.deepEqual(decision.reasons, []);
});

test('without a signature a model is refused, unless none is asked for', () => {
  assert.equal(decide([]).decision, 'refused');
  assert.equal(decide([], { policy: policyOf({ required: 0 }) }).decision, 'trusted');
});

test('signers are counted, not signatures', () => {
  const policy = policyOf({ required: 2 });
  const twice = [signature('a', alice), signature('b', alice), signature('c', alicePostQuantum)];
  assert.equal(decide(twice, { policy }).decision, 'refused');
  assert.match(decide(twice, { policy }).reasons[0]?.message ?? '', /2 signers must have signed, 1 have/);
  assert.equal(decide([...twice, signature('d', bob)], { policy }).decision, 'trusted');
});

test('detached signatures and certificates count as keys do', () => {
  const certified = {
    name: 'certified',
    bytes: signManifest(FILES, signingKeyOf(chain.leaf.key), {
      name: 'm',
      certificates: [chain.leaf.certificate, chain.middle.certificate],
    }),
  };
  const detached = { name: 'detached', bytes: signDetached(manifest, carol) };
  const decision = decide([certified, detached], { policy: policyOf({ required: 2 }) });
  assert.deepEqual(decision.signers, ['ml team', 'carol']);
  const question = { policy: policyOf(), files: FILES, keys: records, roots: [], at: AT };
  const over = (text: Uint8Array) => [{ name: 'detached', bytes: signDetached(text, carol) }];
  const version = utf8Bytes('the manifest of a version');
  const decided = (text: Uint8Array, more: { readonly manifest?: Uint8Array } = {}) =>
    evaluateTrust({ ...question, ...more, signatures: over(text) }).decision;
  assert.equal(decided(manifest), 'trusted');
  assert.equal(decided(version), 'refused');
  assert.equal(decided(version, { manifest: version }), 'trusted');
  assert.equal(decided(manifest, { manifest: version }), 'trusted');
  assert.equal(decided(formatFileList([file('a', 'b')]), { manifest: version }), 'refused');
});

test('a signature that does not count is told with its reason, and does not stand in the way of others', () => {
  const broken = { name: 'broken', bytes: utf8Bytes('{}') };
  const wrong = signature('other files', bob, [file('a', 'b')]);
  const unknown = signature('stranger', stranger);
  const decision = decide([broken, wrong, unknown, signature('good', alice)]);
  assert.equal(decision.decision, 'trusted');
  assert.deepEqual(
    decision.reasons.map(({ signature: name, code }) => [name, code]),
    [
      ['broken', 'SIGNATURE_MALFORMED'],
      ['other files', 'SIGNATURE_MISMATCH'],
      ['stranger', 'SIGNATURE_UNTRUSTED'],
    ],
  );
});

test('expired, revoked and not yet valid keys do not count', () => {
  const withRecord = (changed: SigningKeyRecord): Partial<TrustQuestion> => ({ keys: [changed] });
  const own = createKeyRecord(alice.publicKey, TERMS);
  const good = [signature('model.sig', alice)];
  const later = { ...own, validFrom: '2026-07-01T00:00:00.000Z' };
  const earlier = { ...own, validUntil: '2026-05-01T00:00:00.000Z' };
  assert.deepEqual(codes(decide(good, withRecord(later))), ['SIGNING_KEY_EXPIRED', 'SIGNATURE_UNTRUSTED']);
  assert.deepEqual(codes(decide(good, withRecord(earlier))), ['SIGNING_KEY_EXPIRED', 'SIGNATURE_UNTRUSTED']);
  const revoked = revokeKey(own, new Date('2026-05-01T00:00:00Z'), 'lost');
  assert.deepEqual(codes(decide(good, withRecord(revoked))), ['SIGNING_KEY_REVOKED', 'SIGNATURE_UNTRUSTED']);
  const before = { ...withRecord(revoked), at: new Date('2026-04-01T00:00:00Z') };
  assert.equal(decide(good, before).decision, 'trusted');
});

test('each signature is judged by the time when it is known to have existed', () => {
  const revoked = revokeKey(
    createKeyRecord(alice.publicKey, TERMS),
    new Date('2026-05-01T00:00:00Z'),
    'lost',
  );
  const before = { ...signature('before', alice), at: new Date('2026-04-01T00:00:00Z') };
  const decision = decide([before, signature('after', alice)], { keys: [revoked] });
  assert.deepEqual(
    decision.accepted.map(({ signature: name }) => name),
    ['before'],
  );
  assert.deepEqual(codes(decision), ['SIGNING_KEY_REVOKED']);
});

test('a signer counts only within the time that the policy gives them', () => {
  const signers = [{ ...SIGNERS[0], from: '2026-02-01T00:00:00.000Z', until: '2026-06-01T00:00:00.000Z' }];
  const policy = policyOf({ signers });
  const good = [signature('model.sig', alice)];
  assert.equal(decide(good, { policy, at: new Date('2026-05-31T23:59:59.999Z') }).decision, 'trusted');
  assert.equal(decide(good, { policy, at: new Date('2026-06-01T00:00:00Z') }).decision, 'refused');
  assert.equal(decide(good, { policy, at: new Date('2026-01-31T00:00:00Z') }).decision, 'refused');
});

test('a policy may ask for algorithms, and for a post-quantum signature of each signer', () => {
  const good = [signature('model.sig', alice)];
  assert.equal(decide(good, { policy: policyOf({ algorithms: ['ecdsa-p384'] }) }).decision, 'refused');
  const policy = policyOf({ postQuantum: 'required' });
  const refused = decide(good, { policy });
  assert.equal(refused.decision, 'refused');
  assert.match(refused.reasons[0]?.message ?? '', /"alice" has no ML-DSA-65 signature/);
  assert.equal(decide([...good, signature('twin', alicePostQuantum)], { policy }).decision, 'trusted');
});

test('a certificate counts for the identity that the policy names, under the root that it names', () => {
  const strange = issue({
    subject: 'X',
    key: newKey(),
    issuer: chain.middle,
    names: [textTree(URI, 'https://example.org/ci')],
  });
  const bytes = signManifest(FILES, signingKeyOf(strange.key), {
    name: 'm',
    certificates: [strange.certificate, chain.middle.certificate],
  });
  assert.deepEqual(codes(decide([{ name: 'x', bytes }])), ['SIGNATURE_UNTRUSTED', 'SIGNATURE_UNTRUSTED']);
  const certificates = [{ root: chain.root.certificate.fingerprint, identity: 'uri:https://example.org/ci' }];
  const policy = policyOf({ signers: [{ name: 'ci', certificates }] });
  assert.equal(decide([{ name: 'x', bytes }], { policy }).decision, 'trusted');
  assert.equal(decide([{ name: 'x', bytes }], { policy, roots: [] }).decision, 'refused');
  const { fingerprint } = strange.certificate;
  const revokedCertificates = [{ fingerprint, revokedAt: '2026-05-01T00:00:00.000Z', reason: 'lost' }];
  const revoking = policyOf({ signers: [{ name: 'ci', certificates }], revokedCertificates });
  assert.deepEqual(codes(decide([{ name: 'x', bytes }], { policy: revoking })), [
    'CERTIFICATE_REFUSED',
    'SIGNATURE_UNTRUSTED',
  ]);
});

test('the record of a key is heeded also where a certificate names the key', () => {
  const own = createKeyRecord(signingKeyOf(chain.leaf.key).publicKey, TERMS);
  const bytes = signManifest(FILES, signingKeyOf(chain.leaf.key), {
    name: 'm',
    certificates: [chain.leaf.certificate, chain.middle.certificate],
  });
  const keys = [revokeKey(own, new Date('2026-05-01T00:00:00Z'), 'lost')];
  assert.deepEqual(codes(decide([{ name: 'x', bytes }], { keys })), [
    'SIGNING_KEY_REVOKED',
    'SIGNATURE_UNTRUSTED',
  ]);
});

test('a key that is known but that the policy does not name does not count', () => {
  const policy = policyOf({ signers: [{ name: 'bob', keys: [bob.publicKey.id] }] });
  assert.deepEqual(codes(decide([signature('model.sig', alice)], { policy })), [
    'SIGNATURE_UNTRUSTED',
    'SIGNATURE_UNTRUSTED',
  ]);
});

const BAD: readonly (readonly [what: string, changes: object])[] = [
  ['more signers asked for than there are', { required: 5 }],
  ['a signer twice', { signers: [SIGNERS[0], { ...SIGNERS[1], name: 'alice' }] }],
  ['a key that would count for two', { signers: [SIGNERS[0], { name: 'eve', keys: [alice.publicKey.id] }] }],
  ['an identity that would count for two', { signers: [SIGNERS[3], { ...SIGNERS[3], name: 'eve' }] }],
  ['a signer without key and certificate', { signers: [{ name: 'eve' }] }],
  ['a member that is not known', { minimum: 1 }],
  ['another format', { format: 'strongroom-trust/2' }],
  ['a negative number of signers', { required: -1 }],
  ['an algorithm that does not exist', { algorithms: ['none'] }],
  ['no algorithm at all', { algorithms: [] }],
  [
    'an identity of no kind',
    { signers: [{ name: 'eve', certificates: [{ root: 'a'.repeat(64), identity: 'ml@example.org' }] }] },
  ],
  ['a name with control characters', { signers: [{ ...SIGNERS[0], name: 'a\nb' }] }],
];

for (const [what, changes] of BAD) {
  test(`a policy is refused with ${what}`, () => {
    assert.throws(() => policyOf(changes), refusal('TRUST_POLICY_INVALID'));
  });
}
