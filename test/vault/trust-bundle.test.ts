import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { memorySource, Passphrase, utf8Bytes } from '../../src/bytes/index.ts';
import type { Strongroom } from '../../src/open/index.ts';
import { bytesOf, putOf } from '../kit/temporary-home.ts';
import { ACME, CHURN, EVIL_PICKLE, scannerWith, strictHome } from './trust-kit.ts';

const TOOL = { name: 'strongroom', version: 'test' };
const FILES = { 'config.json': '{"a": 1}', 'weights.txt': '1 2 3' };

/** A home with a version, signed, and its bundle. */
async function sender(t: TestContext) {
  const { api, open } = await strictHome(t);
  const strongroom = await open();
  const key = await api.signingKeys.generate({ name: 'release', algorithm: 'ecdsa-p256' });
  await api.trust.set({
    namespace: ACME,
    change: { signers: [{ name: 'release', keys: [key.id], certificates: [] }] },
  });
  await api.versions.put(putOf('acme/churn', { 'a.txt': 'parent' }));
  await api.versions.put(
    putOf('acme/churn', FILES, {
      metadata: { task: 'classification' },
      derivedFrom: { model: CHURN, version: 1, relation: 'quantized' },
    }),
  );
  await api.signatures.sign({ model: CHURN, version: 2, keyId: key.id });
  return { api, open, strongroom, key, bundle: await bundleOf(strongroom, key.id) };
}

async function bundleOf(strongroom: Strongroom, keyId: string): Promise<Buffer> {
  let bundle: Buffer = Buffer.alloc(0);
  const exported = await strongroom.exportBundle({
    ref: { model: CHURN, version: 2 },
    keyId,
    tool: TOOL,
    write: async (content) => {
      bundle = await bytesOf(content);
    },
  });
  assert.equal(exported.size, bundle.length);
  return bundle;
}

/** A home elsewhere that knows the public key of the sender, and trusts it where `isTrusted`. */
async function receiver(t: TestContext, publicKey: string, isTrusted = true) {
  const { api, open } = await strictHome(t);
  const key = await api.signingKeys.import({ name: 'sender', key: utf8Bytes(publicKey) });
  if (isTrusted) {
    const signers = [{ name: 'sender', keys: [key.id], certificates: [] }];
    await api.trust.set({ namespace: ACME, change: { signers, requiredSignatures: 1 } });
  }
  return { api, open, strongroom: await open() };
}

suite('a bundle', () => {
  test('carries a version with its signature, scan and bill of materials to a home elsewhere', async (t) => {
    const { bundle, key, strongroom: from } = await sender(t);
    const { api, strongroom } = await receiver(t, key.publicKey);
    const imported = await strongroom.importBundle({ source: memorySource(bundle), model: CHURN });
    assert.deepEqual(
      [imported.name, imported.keyId, imported.signatures, imported.droppedSignatures],
      ['acme/churn@2', key.id, 1, 0],
    );
    assert.equal(imported.version.state, 'available');
    assert.equal(imported.version.metadata['task'], 'classification');
    assert.equal(imported.version.metadata['imported.from'], 'acme/churn@2');
    await using opened = await api.versions.open({ model: CHURN });
    for (const file of opened.files) {
      const expected = Object.entries(FILES).find(([path]) => path === file.path)?.[1];
      assert.equal((await bytesOf(file.read())).toString(), expected);
    }
    const text = bundle.toString('latin1');
    for (const part of ['CycloneDX', 'model-scan', 'slsa.dev/provenance', 'test-result']) {
      assert.ok(text.includes(part), part);
    }
    const attested = await from.attest({ ref: { model: CHURN, version: 2 }, tool: TOOL });
    assert.ok(text.includes(attested.subject.root));
  });

  test('with any changed byte is refused, and leaves nothing', async (t) => {
    const { bundle, key } = await sender(t);
    const { api, strongroom } = await receiver(t, key.publicKey);
    const step = Math.max(1, Math.floor(bundle.length / 150));
    for (let at = 0; at < bundle.length; at += step) {
      const changed = Buffer.from(bundle);
      changed[at] = (changed[at] ?? 0) ^ 1;
      await assert.rejects(
        strongroom.importBundle({ source: memorySource(changed), model: CHURN }),
        (error: { kind?: string }) => ['damaged', 'limited', 'forbidden'].includes(error.kind ?? ''),
        `byte ${at}`,
      );
    }
    for (const cut of [bundle.subarray(0, -1), Buffer.concat([bundle, Buffer.of(0)]), Buffer.alloc(0)]) {
      await assert.rejects(strongroom.importBundle({ source: memorySource(cut), model: CHURN }), {
        code: 'BUNDLE_MALFORMED',
      });
    }
    assert.deepEqual(await api.models.list(), []);
    assert.equal((await api.system.status()).blobs, 0);
  });

  test('by somebody whom nobody trusts is refused, unless the key is named for this once', async (t) => {
    const { bundle, key } = await sender(t);
    const { strongroom } = await receiver(t, key.publicKey, false);
    const source = memorySource(bundle);
    await assert.rejects(strongroom.importBundle({ source, model: CHURN }), { code: 'SIGNATURE_UNTRUSTED' });
    const imported = await strongroom.importBundle({ source, model: CHURN, trustedKeys: [key.id] });
    // The signature of the model counts by the policy alone.
    assert.deepEqual([imported.signatures, imported.droppedSignatures], [0, 1]);
  });

  test('by a key that was revoked is refused', async (t) => {
    const { bundle, key } = await sender(t);
    const { api, strongroom } = await receiver(t, key.publicKey);
    await api.signingKeys.revoke({ id: key.id, reason: 'leaked' });
    await assert.rejects(strongroom.importBundle({ source: memorySource(bundle), model: CHURN }), {
      code: 'SIGNING_KEY_REVOKED',
    });
  });

  test('is scanned where it arrives, whatever its sender found', async (t) => {
    const { open, api } = await strictHome(t);
    const blind = await open({ scanner: scannerWith('d'.repeat(64), () => 'clean') });
    const key = await api.signingKeys.generate({ name: 'release', algorithm: 'ecdsa-p256' });
    await blind.api.versions.put(putOf('acme/churn', { 'a.txt': 'one' }));
    await blind.api.versions.put(putOf('acme/churn', { 'm.pkl': EVIL_PICKLE }));
    const bundle = await bundleOf(blind, key.id);
    const { strongroom } = await receiver(t, key.publicKey);
    await assert.rejects(strongroom.importBundle({ source: memorySource(bundle), model: CHURN }), {
      code: 'TRUST_REFUSED',
    });
  });

  test('of a version with an access code asks for it, and may get another one where it arrives', async (t) => {
    const { api, strongroom, key } = await sender(t);
    const accessCode = Passphrase.fromText('open sesame');
    const { version } = await api.versions.put(putOf('acme/churn', FILES, { accessCode }));
    const input = { ref: { model: CHURN, version }, keyId: key.id, tool: TOOL };
    const parts: Buffer[] = [];
    const write = async (content: AsyncIterable<Uint8Array>) => void parts.push(await bytesOf(content));
    await assert.rejects(strongroom.exportBundle({ ...input, write }), { code: 'ACCESS_CODE_REQUIRED' });
    await strongroom.exportBundle({ ...input, write, accessCode });
    const there = await receiver(t, key.publicKey, false);
    const other = Passphrase.fromText('another code');
    const imported = await there.strongroom.importBundle({
      source: memorySource(parts[0]!),
      model: CHURN,
      trustedKeys: [key.id],
      accessCode: other,
    });
    assert.equal(imported.version.hasAccessCode, true);
  });

  test('is not made of what may not be fetched, nor by a key that cannot sign', async (t) => {
    const { strongroom, api, key } = await sender(t);
    const write = () => Promise.reject(new Error('nothing is written'));
    const ref = { model: CHURN, version: 2 };
    const missing = { ref, keyId: 'f'.repeat(64), tool: TOOL, write };
    await assert.rejects(strongroom.exportBundle(missing), { code: 'SIGNING_KEY_MISSING' });
    await api.trust.set({ namespace: ACME, change: { fetch: { clean: 'refuse' } } });
    await assert.rejects(strongroom.exportBundle({ ...missing, keyId: key.id }), { code: 'TRUST_REFUSED' });
  });
});
