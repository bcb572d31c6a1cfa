import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { parseAliasName } from '../../src/api/index.ts';
import { Passphrase, utf8Bytes } from '../../src/bytes/index.ts';
import { safetensorsFile, tensorEntry } from '../formats/build/safetensors.ts';
import { bytesOf, putOf } from '../kit/temporary-home.ts';
import {
  ACME,
  CHURN,
  EVIL_PICKLE,
  meddle,
  SUSPICIOUS,
  scannerWith,
  strictHome,
  UNKNOWN,
} from './trust-kit.ts';

const production = parseAliasName('production');

suite('what comes in', () => {
  test('clean files do, and are told to be available', async (t) => {
    const { api } = await strictHome(t);
    const version = await api.versions.put(putOf('acme/churn', { 'a.json': '{}', 'b.txt': 'hello' }));
    assert.equal(version.state, 'available');
    const scan = await api.scans.get({ model: CHURN });
    assert.deepEqual(
      scan.files.map(({ path, outcomes, isStale }) => [path, outcomes, isStale]),
      [
        ['a.json', ['clean'], false],
        ['b.txt', ['clean'], false],
      ],
    );
  });

  test('a pickle that runs a command does not, by its content, and leaves nothing', async (t) => {
    const { api, home } = await strictHome(t);
    for (const name of ['m.pkl', 'm.bin', 'm.safetensors']) {
      await assert.rejects(api.versions.put(putOf('acme/churn', { 'a.txt': 'fine', [name]: EVIL_PICKLE })), {
        code: 'TRUST_REFUSED',
        kind: 'unsafe',
        message: /malicious.*os/,
      });
    }
    assert.deepEqual(await api.models.list(), []);
    assert.deepEqual(await api.quarantine.list(), []);
    assert.equal((await api.system.status()).blobs, 0);
    const files = await readdir(join(home, 'blobs'), { recursive: true, withFileTypes: true });
    assert.deepEqual(
      files.filter((entry) => entry.isFile()),
      [],
    );
    assert.equal((await api.versions.verify({})).isClean, true);
  });

  test('the same behind an access code is refused too', async (t) => {
    const { api } = await strictHome(t);
    const accessCode = Passphrase.fromText('open sesame');
    await assert.rejects(api.versions.put(putOf('acme/churn', { 'm.pkl': EVIL_PICKLE }, { accessCode })), {
      code: 'TRUST_REFUSED',
    });
  });

  test('the same without encryption is refused too', async (t) => {
    const { api } = await strictHome(t);
    await api.namespaces.create({ name: ACME, encryption: 'off' });
    await assert.rejects(api.versions.put(putOf('acme/churn', { 'm.pkl': EVIL_PICKLE })), {
      code: 'TRUST_REFUSED',
    });
  });

  test('a malicious file is kept for inspection where the policy says so', async (t) => {
    const { api } = await strictHome(t);
    await api.trust.set({ namespace: ACME, change: { enter: { malicious: 'quarantine' } } });
    const version = await api.versions.put(putOf('acme/churn', { 'm.pkl': EVIL_PICKLE }));
    assert.equal(version.state, 'quarantined');
    const { scan } = await api.quarantine.get({ model: CHURN, version: 1 });
    const rules = scan.files[0]?.report?.findings.map(({ rule }) => rule) ?? [];
    assert.ok(rules.includes('PICKLE_DANGEROUS_CALL'), rules.join());
  });
});

suite('a quarantined version', () => {
  for (const [what, files] of Object.entries({ unknown: { 'm.bin': UNKNOWN }, suspicious: SUSPICIOUS })) {
    test(`that is ${what} is invisible to readers, and named to whoever asks by number`, async (t) => {
      const { api } = await strictHome(t);
      await api.versions.put(
        putOf('acme/churn', { 'm.txt': 'one' }, { aliases: [production], metrics: { f1: 0.5 } }),
      );
      const held = await api.versions.put(
        putOf('acme/churn', files, { aliases: [production], metrics: { f1: 0.9 } }),
      );
      assert.deepEqual([held.version, held.state, held.aliases], [2, 'quarantined', []]);
      assert.match(held.stateReason ?? '', new RegExp(what));

      assert.deepEqual(
        (await api.versions.list({ model: CHURN })).map(({ version }) => version),
        [1],
      );
      assert.equal((await api.versions.get({ model: CHURN })).version, 1);
      assert.equal((await api.versions.get({ model: CHURN, alias: production })).version, 1);
      assert.equal((await api.versions.best({ model: CHURN, metric: 'f1' })).version.version, 1);
      const model = await api.models.get({ model: CHURN });
      assert.deepEqual([model.versionCount, model.latestVersion, model.aliases], [1, 1, { production: 1 }]);

      const quarantined = { code: 'TRUST_QUARANTINED', kind: 'unsafe' };
      await assert.rejects(api.versions.get({ model: CHURN, version: 2 }), quarantined);
      await assert.rejects(api.versions.open({ model: CHURN, version: 2 }), quarantined);
      await assert.rejects(api.aliases.set({ model: CHURN, alias: production, version: 2 }), quarantined);
      await assert.rejects(
        api.versions.addMetrics({ model: CHURN, version: 2, metrics: { f1: 1 } }),
        quarantined,
      );
      assert.equal((await api.versions.verify({})).versionCount, 2);
      assert.ok((await api.system.status()).warnings.some((text) => text.includes('held back: 1')));
    });
  }

  test('is listed, shown with its findings, and removed for good', async (t) => {
    const { api } = await strictHome(t);
    await api.versions.put(putOf('acme/churn', SUSPICIOUS));
    const [held] = await api.quarantine.list();
    assert.deepEqual([held?.model, held?.version, held?.state, held?.by], [CHURN, 1, 'quarantined', 'local']);
    const { scan } = await api.quarantine.get({ model: CHURN, version: 1 });
    assert.equal(scan.files[0]?.report?.findings[0]?.rule, 'FORMAT_EXTENSION_MISMATCH');
    const removed = await api.quarantine.remove({ model: CHURN, version: 1 });
    assert.deepEqual([removed.versions, removed.shreddedBlobs], [1, 1]);
    assert.deepEqual(await api.quarantine.list(), []);
    assert.equal((await api.system.status()).blobs, 0);
  });

  test('cannot be let out with the database alone', async (t) => {
    const { api, home } = await strictHome(t);
    await api.versions.put(putOf('acme/churn', SUSPICIOUS));
    meddle(
      home,
      `UPDATE versions SET state = 'available', state_reason = NULL, state_at = NULL, state_by = NULL`,
    );
    await assert.rejects(api.versions.get({ model: CHURN, version: 1 }), { code: 'REGISTRY_TAMPERED' });
    await assert.rejects(api.versions.open({ model: CHURN }), { code: 'REGISTRY_TAMPERED' });
  });

  test('is not taken for clean when its report is exchanged or removed', async (t) => {
    const { api, home } = await strictHome(t);
    await api.versions.put(putOf('acme/churn', { 'a.txt': 'fine' }));
    meddle(home, `UPDATE scan_reports SET verdict = 'malicious'`);
    await assert.rejects(api.versions.open({ model: CHURN }), { code: 'REGISTRY_TAMPERED' });
    meddle(home, 'DELETE FROM scan_reports');
    await assert.rejects(api.versions.open({ model: CHURN }), {
      code: 'TRUST_REFUSED',
      message: /never scanned/,
    });
    await api.scans.rescan({});
    await (await api.versions.open({ model: CHURN })).close();
  });
});

suite('a release', () => {
  const release = { model: CHURN, version: 1, reason: 'our own format, ticket 4711' };

  test('needs a reason and a second person', async (t) => {
    const { api, as } = await strictHome(t);
    await api.versions.put(putOf('acme/churn', { 'm.bin': UNKNOWN }));
    for (const reason of ['', '  ', 'x\u0000', 'x'.repeat(1001)]) {
      await assert.rejects(api.quarantine.release({ ...release, reason }), { code: 'INPUT_INVALID' });
    }
    assert.equal((await api.quarantine.release(release)).isReleased, false);
    await assert.rejects(api.quarantine.release(release), { code: 'TRUST_APPROVAL', kind: 'forbidden' });
    await assert.rejects(api.versions.open({ model: CHURN, version: 1 }), { code: 'TRUST_QUARANTINED' });

    const second = await as('grace');
    const released = await second.api.quarantine.release({ ...release, reason: 'looked at it' });
    assert.equal(released.isReleased, true);
    assert.deepEqual(
      [released.release.requestedBy, released.release.approvedBy, released.release.accepts],
      ['local', 'grace', ['unknown']],
    );
    await using opened = await api.versions.open({ model: CHURN });
    assert.ok((await bytesOf(opened.files[0]!.read())).equals(UNKNOWN));
    const acts = await api.audit.search();
    assert.ok(acts.some((act) => act.action === 'quarantine:release' && act.caller?.id === 'grace'));
    await assert.rejects(api.quarantine.release(release), { code: 'TRUST_NOT_HELD' });
  });

  test('by one person works where that was said aloud', async (t) => {
    const { api } = await strictHome(t);
    await api.trust.set({ namespace: ACME, change: { approvals: 1 } });
    await api.versions.put(putOf('acme/churn', { 'm.bin': UNKNOWN }));
    assert.equal((await api.quarantine.release(release)).isReleased, true);
    await (await api.versions.open({ model: CHURN })).close();
  });

  test('ends when it was said to end', async (t) => {
    const { api } = await strictHome(t);
    await api.trust.set({ namespace: ACME, change: { approvals: 1 } });
    await api.versions.put(putOf('acme/churn', { 'm.bin': UNKNOWN }));
    const past = '2001-01-01T00:00:00.000Z';
    await assert.rejects(api.quarantine.release({ ...release, expiresAt: past }), { code: 'INPUT_INVALID' });
    const expiresAt = new Date(Date.now() + 300).toISOString();
    await api.quarantine.release({ ...release, expiresAt });
    await new Promise((resolve) => setTimeout(resolve, 350));
    await assert.rejects(api.versions.open({ model: CHURN }), { code: 'TRUST_REFUSED' });
  });

  test('is void when its row was changed', async (t) => {
    const { api, home } = await strictHome(t);
    await api.versions.put(putOf('acme/churn', { 'm.bin': UNKNOWN }));
    await api.quarantine.release(release);
    meddle(home, `UPDATE releases SET words = replace(words, 'local', 'ada')`);
    await assert.rejects(api.quarantine.release(release), { code: 'REGISTRY_TAMPERED' });
  });
});

suite('a policy', () => {
  test('that becomes stricter stops what came in before it from being fetched', async (t) => {
    const { api } = await strictHome(t);
    await api.trust.set({ namespace: ACME, change: { enter: { unknown: 'allow' } } });
    await api.versions.put(putOf('acme/churn', { 'm.bin': UNKNOWN }));
    await (await api.versions.open({ model: CHURN })).close();
    await api.trust.set({ namespace: ACME, change: { fetch: { unknown: 'refuse' } } });
    await assert.rejects(api.versions.open({ model: CHURN }), {
      code: 'TRUST_REFUSED',
      message: /m\.bin is unknown/,
    });
  });

  test('that was changed in the database is refused, and with it every put', async (t) => {
    const { api, home } = await strictHome(t);
    await api.trust.set({ namespace: ACME, change: { enter: { unknown: 'quarantine' } } });
    meddle(
      home,
      `UPDATE trust_policies SET policy = replace(policy, '"malicious":"refuse"', '"malicious":"allow"')`,
    );
    await assert.rejects(api.versions.put(putOf('acme/churn', { 'm.pkl': EVIL_PICKLE })), {
      code: 'REGISTRY_TAMPERED',
    });
    assert.deepEqual(await api.models.list(), []);
  });

  test('is forgotten with its namespace', async (t) => {
    const { api } = await strictHome(t);
    await api.namespaces.create({ name: ACME });
    await api.trust.set({ namespace: ACME, change: { approvals: 1 } });
    await api.namespaces.remove({ name: ACME });
    assert.equal((await api.trust.get({ namespace: ACME })).approvals, 2);
  });
});

test('an index of shards is held against the shards of its own version, at put and ever after', async (t) => {
  const { api, open } = await strictHome(t);
  const shard = (...names: string[]) =>
    safetensorsFile(
      Object.fromEntries(names.map((name, at) => [name, tensorEntry('F32', [1], [4 * at, 4 * at + 4])])),
      4 * names.length,
    );
  const index = utf8Bytes(JSON.stringify({ weight_map: { a: '1.safetensors', b: '2.safetensors' } }));
  const whole = { 'm.index.json': index, '1.safetensors': shard('a'), '2.safetensors': shard('b') };
  const put = (files: Readonly<Record<string, Uint8Array>>) => api.versions.put(putOf('acme/churn', files));
  assert.equal((await put(whole)).state, 'available');
  const { '2.safetensors': _, ...cut } = whole;
  assert.equal((await put(cut)).state, 'quarantined');
  assert.equal((await put({ ...whole, '2.safetensors': shard('b', 'x') })).state, 'quarantined');
  const scan = await api.scans.get({ model: CHURN, version: 3 });
  const found = scan.files.flatMap(({ path, report }) =>
    (report?.findings ?? []).map(({ rule }) => `${path} ${rule}`),
  );
  assert.deepEqual(found, ['m.index.json SHARD_TENSORS_DIFFER']);
  // What is wrong with one version says nothing of another one with the same index.
  await (await api.versions.open({ model: CHURN, version: 1 })).close();
  const later = (await open({ scanner: scannerWith('f'.repeat(64), () => undefined) })).api;
  assert.deepEqual((await later.scans.rescan()).withdrawn, []);
  await (await later.versions.open({ model: CHURN, version: 1 })).close();
});
