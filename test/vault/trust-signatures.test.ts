import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test } from 'node:test';
import type { PutVersionInput, StrongroomApi } from '../../src/api/index.ts';
import { utf8Bytes } from '../../src/bytes/index.ts';
import { SigningKey } from '../../src/crypto/index.ts';
import { formatFileList, signDetached, signManifest } from '../../src/signing/index.ts';
import { putOf } from '../kit/temporary-home.ts';
import { ACME, CHURN, meddle, SUSPICIOUS, strictHome } from './trust-kit.ts';

const FILES = { 'config.json': '{}', 'weights.txt': '1 2 3' };
const V1 = { model: CHURN, version: 1 };
const LONG_AGO = { validFrom: '2001-01-01T00:00:00.000Z', validUntil: '2002-01-01T00:00:00.000Z' };
const FAR_AHEAD = { validFrom: '2901-01-01T00:00:00.000Z', validUntil: '2902-01-01T00:00:00.000Z' };

function digestsOf(files: Readonly<Record<string, string>>) {
  return Object.entries(files).map(([path, content]) => ({
    path,
    size: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
  }));
}

/** What somebody else signs, who has the files and a key of their own. */
function signedElsewhere(key: SigningKey, files: Readonly<Record<string, string>> = FILES): Uint8Array {
  return signManifest(digestsOf(files), key, { name: 'churn' });
}

function require(api: StrongroomApi, signers: Readonly<Record<string, string>>, count = 1) {
  return api.trust.set({
    namespace: ACME,
    change: {
      requiredSignatures: count,
      signers: Object.entries(signers).map(([name, key]) => ({ name, keys: [key], certificates: [] })),
    },
  });
}

function put(api: StrongroomApi, more: Partial<PutVersionInput> = {}) {
  return api.versions.put(putOf('acme/churn', FILES, more));
}

suite('where a signature is required', () => {
  for (const algorithm of ['ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521', 'ml-dsa-65', 'ed25519'] as const) {
    test(`a version waits for it, and ${algorithm} of the strongroom's own lets it in`, async (t) => {
      const { api } = await strictHome(t);
      const key = await api.signingKeys.generate({ name: 'release', algorithm });
      await require(api, { release: key.id });
      const version = await put(api);
      assert.equal(version.state, 'quarantined');
      assert.match(version.stateReason ?? '', /1 of the trusted signers must have signed it, 0 have/);
      await assert.rejects(api.versions.open(V1), { code: 'TRUST_QUARANTINED' });

      const signature = await api.signatures.sign({ ...V1, keyId: key.id });
      assert.equal(signature.signer, 'release');
      await (await api.versions.open(V1)).close();
      assert.deepEqual(
        (await api.signatures.list(V1)).map(({ id, signer, addedBy }) => [id, signer, addedBy]),
        [[signature.id, 'release', 'local']],
      );
    });
  }

  test('a signature that comes along with it counts at once', async (t) => {
    const { api } = await strictHome(t);
    const signer = SigningKey.generate('ecdsa-p256');
    const key = await api.signingKeys.import({ name: 'partner', key: utf8Bytes(signer.publicKey.pem) });
    assert.equal(key.hasPrivateKey, false);
    await require(api, { partner: key.id });
    const version = await put(api, { signatures: [signedElsewhere(signer)] });
    assert.equal(version.state, 'available');
    await (await api.versions.open(V1)).close();
    await assert.rejects(api.signatures.sign({ ...V1, keyId: key.id }), { code: 'SIGNING_KEY_MISSING' });
  });

  test('two signers are two people, whoever signs twice', async (t) => {
    const { api } = await strictHome(t);
    const [ada, bob] = [
      await api.signingKeys.generate({ name: 'ada', algorithm: 'ecdsa-p256' }),
      await api.signingKeys.generate({ name: 'bob', algorithm: 'ecdsa-p256' }),
    ];
    await require(api, { ada: ada.id, bob: bob.id }, 2);
    await put(api);
    await api.signatures.sign({ ...V1, keyId: ada.id });
    await api.signatures.sign({ ...V1, keyId: ada.id });
    await assert.rejects(api.versions.open(V1), { code: 'TRUST_QUARANTINED' });
    await api.signatures.sign({ ...V1, keyId: bob.id });
    await (await api.versions.open(V1)).close();
  });

  test('a signature does not let in what a scan holds back', async (t) => {
    const { api } = await strictHome(t);
    const key = await api.signingKeys.generate({ name: 'release', algorithm: 'ecdsa-p256' });
    await require(api, { release: key.id });
    await api.versions.put(putOf('acme/churn', SUSPICIOUS));
    await api.signatures.sign({ ...V1, keyId: key.id });
    await assert.rejects(api.versions.open(V1), { code: 'TRUST_QUARANTINED' });
  });

  test('what came in before does not come out unsigned', async (t) => {
    const { api } = await strictHome(t);
    const key = await api.signingKeys.generate({ name: 'release', algorithm: 'ecdsa-p256' });
    await put(api);
    await require(api, { release: key.id });
    await assert.rejects(api.versions.open(V1), { code: 'TRUST_UNSIGNED', kind: 'unsafe' });
  });
});

suite('a signature that does not hold refuses the version, and nothing of it stays', () => {
  const cases: Readonly<
    Record<string, { readonly code: string; readonly terms?: typeof LONG_AGO; readonly files?: typeof FILES }>
  > = {
    'of other files': { code: 'SIGNATURE_MISMATCH', files: { ...FILES, 'weights.txt': '1 2 4' } },
    'by an expired key': { code: 'SIGNING_KEY_EXPIRED', terms: LONG_AGO },
    'by a key that is not valid yet': { code: 'SIGNING_KEY_EXPIRED', terms: FAR_AHEAD },
  };
  for (const [what, { code, terms, files }] of Object.entries(cases)) {
    test(what, async (t) => {
      const { api } = await strictHome(t);
      const signer = SigningKey.generate('ecdsa-p384');
      const key = await api.signingKeys.import({ name: 'p', key: utf8Bytes(signer.publicKey.pem), ...terms });
      await require(api, { partner: key.id });
      await assert.rejects(put(api, { signatures: [signedElsewhere(signer, files)] }), { code });
      assert.deepEqual(await api.models.list(), []);
      assert.equal((await api.system.status()).blobs, 0);
    });
  }

  test('by a revoked key', async (t) => {
    const { api } = await strictHome(t);
    const signer = SigningKey.generate('ecdsa-p384');
    const key = await api.signingKeys.import({ name: 'p', key: utf8Bytes(signer.publicKey.pem) });
    await require(api, { partner: key.id });
    await api.signingKeys.revoke({ id: key.id, reason: 'laptop lost' });
    await assert.rejects(put(api, { signatures: [signedElsewhere(signer)] }), {
      code: 'SIGNING_KEY_REVOKED',
    });
  });

  test('by a key that nobody trusts', async (t) => {
    const { api } = await strictHome(t);
    const signature = signedElsewhere(SigningKey.generate('ecdsa-p256'));
    await assert.rejects(put(api, { signatures: [signature] }), { code: 'SIGNATURE_UNTRUSTED' });
    await put(api);
    await assert.rejects(api.signatures.add({ ...V1, content: signature }), { code: 'SIGNATURE_UNTRUSTED' });
    await assert.rejects(api.signatures.add({ ...V1, content: utf8Bytes('{}') }), {
      code: 'SIGNATURE_MALFORMED',
    });
  });
});

suite('a key', () => {
  test('does not sign outside its time, or after it was revoked', async (t) => {
    const { api } = await strictHome(t);
    await put(api);
    const generate = (name: string, more = {}) =>
      api.signingKeys.generate({ name, algorithm: 'ecdsa-p256', ...more });
    for (const terms of [LONG_AGO, FAR_AHEAD]) {
      const { id } = await generate('out of time', terms);
      await assert.rejects(api.signatures.sign({ ...V1, keyId: id }), { code: 'SIGNING_KEY_EXPIRED' });
    }
    const { id } = await generate('lost');
    await api.signingKeys.revoke({ id, reason: 'lost' });
    await assert.rejects(api.signatures.sign({ ...V1, keyId: id }), { code: 'SIGNING_KEY_REVOKED' });
    await assert.rejects(api.signatures.sign({ ...V1, keyId: 'f'.repeat(64) }), {
      code: 'SIGNING_KEY_MISSING',
    });
  });

  test('that was revoked since before takes back what it signed, one revoked from now on does not', async (t) => {
    const { api } = await strictHome(t);
    const key = await api.signingKeys.generate({
      name: 'release',
      algorithm: 'ecdsa-p256',
      validFrom: '2020-01-01T00:00:00.000Z',
      validUntil: '2900-01-01T00:00:00.000Z',
    });
    await require(api, { release: key.id });
    await put(api);
    await api.signatures.sign({ ...V1, keyId: key.id });
    await new Promise((resolve) => setTimeout(resolve, 5));
    await api.signingKeys.revoke({ id: key.id, reason: 'rotated' });
    await (await api.versions.open(V1)).close();
    await api.signingKeys.revoke({ id: key.id, reason: 'leaked', at: '2021-01-01T00:00:00.000Z' });
    await assert.rejects(api.versions.open(V1), { code: 'TRUST_UNSIGNED' });
    assert.match((await api.signatures.list(V1))[0]?.reason ?? '', /revoked/);
  });

  test('is kept sealed, once, and cannot be exchanged in the database', async (t) => {
    const { api, home } = await strictHome(t);
    const own = SigningKey.generate('ecdsa-p256');
    const key = { name: 'own', key: utf8Bytes(own.publicKey.pem) };
    await api.signingKeys.import(key);
    await assert.rejects(api.signingKeys.import(key), { code: 'SIGNING_KEY_EXISTS' });
    await assert.rejects(api.signingKeys.import({ ...key, name: 'bad\u0000name' }), {
      code: 'INPUT_INVALID',
    });
    meddle(home, `UPDATE signing_keys SET name = 'ada'`);
    await assert.rejects(api.signingKeys.list(), { code: 'REGISTRY_TAMPERED' });
  });

  test('that a policy names must not count for two, and a policy must not ask for more than there are', async (t) => {
    const { api } = await strictHome(t);
    const id = 'a'.repeat(64);
    await assert.rejects(require(api, { ada: id, bob: id }), { code: 'TRUST_POLICY_INVALID' });
    await assert.rejects(require(api, { ada: id }, 2), { code: 'TRUST_POLICY_INVALID' });
  });
});

suite('a detached signature over the files', () => {
  test('comes along with a put, counts, and goes on counting', async (t) => {
    const { api, open } = await strictHome(t);
    for (const algorithm of ['ed25519', 'rsa-pss-sha256'] as const) {
      const own = SigningKey.generate(algorithm);
      const key = await api.signingKeys.import({ name: algorithm, key: utf8Bytes(own.publicKey.pem) });
      await require(api, { [algorithm]: key.id });
      const signature = signDetached(formatFileList(digestsOf(FILES)), own);
      const version = await put(api, { signatures: [signature] });
      assert.equal(version.state, 'available');
      const later = (await open()).api;
      await (await later.versions.open({ model: CHURN, version: version.version })).close();
      const other = signDetached(formatFileList(digestsOf({ ...FILES, 'weights.txt': 'other' })), own);
      await assert.rejects(put(api, { signatures: [other] }), { code: 'SIGNATURE_MISMATCH' });
    }
  });
});
