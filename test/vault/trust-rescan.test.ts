import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAliasName } from '../../src/api/index.ts';
import { Passphrase } from '../../src/bytes/index.ts';
import { putOf } from '../kit/temporary-home.ts';
import { ACME, CHURN, scannerWith, strictHome, UNKNOWN } from './trust-kit.ts';

const production = parseAliasName('production');
const NEW_RULES = 'f'.repeat(64);

test('rules that find more withdraw what came in before, and say so', async (t) => {
  const { api, open } = await strictHome(t);
  await api.versions.put(putOf('acme/churn', { 'a.txt': 'one' }));
  await api.versions.put(putOf('acme/churn', { 'b.txt': 'two' }, { aliases: [production] }));
  const scanner = scannerWith(NEW_RULES, (name) => (name === 'b.txt' ? 'malicious' : undefined));
  const later = (await open({ scanner })).api;

  assert.ok((await later.system.status()).warnings.some((text) => text.includes('not scanned: 2')));
  const report = await later.scans.rescan();
  assert.deepEqual(report, { scanned: 2, skipped: 0, damaged: 0, withdrawn: ['acme/churn@2'] });

  const withdrawn = { code: 'TRUST_WITHDRAWN', kind: 'unsafe', message: /b\.txt is malicious/ };
  await assert.rejects(later.versions.get({ model: CHURN, version: 2 }), withdrawn);
  await assert.rejects(later.versions.get({ model: CHURN, alias: production }), withdrawn);
  assert.equal((await later.versions.get({ model: CHURN })).version, 1);
  assert.deepEqual((await later.models.get({ model: CHURN })).aliases, {});
  assert.ok((await later.audit.search()).some((act) => act.action === 'version:withdraw'));
  assert.deepEqual(await later.scans.rescan(), { scanned: 0, skipped: 0, damaged: 0, withdrawn: [] });
  assert.ok(!(await later.system.status()).warnings.some((text) => text.includes('not scanned')));
});

test('a file that versions share is scanned once, and withdraws all of them', async (t) => {
  const { api, open } = await strictHome(t);
  await api.versions.put(putOf('acme/churn', { 'w.txt': 'shared', 'a.txt': '1' }));
  await api.versions.put(putOf('acme/churn', { 'w.txt': 'shared', 'a.txt': '2' }));
  const later = await open({
    scanner: scannerWith(NEW_RULES, (name) => (name === 'w.txt' ? 'suspicious' : undefined)),
  });
  const report = await later.api.scans.rescan();
  assert.deepEqual([report.scanned, report.withdrawn], [3, ['acme/churn@1', 'acme/churn@2']]);
});

test('what was released is not withdrawn for what was known, and is for what is worse', async (t) => {
  const { api, open } = await strictHome(t);
  await api.trust.set({ namespace: ACME, change: { approvals: 1 } });
  await api.versions.put(putOf('acme/churn', { 'm.bin': UNKNOWN }));
  await api.quarantine.release({ model: CHURN, version: 1, reason: 'own format' });
  const same = await open({ scanner: scannerWith(NEW_RULES, () => undefined) });
  assert.deepEqual((await same.api.scans.rescan()).withdrawn, []);
  const worse = await open({ scanner: scannerWith('e'.repeat(64), () => 'suspicious') });
  assert.deepEqual((await worse.api.scans.rescan()).withdrawn, ['acme/churn@1']);
});

test('what waited for a reader comes out with a reason alone, once the rules know it to be clean', async (t) => {
  const { api, open } = await strictHome(t);
  await api.versions.put(putOf('acme/churn', { 'm.txt': 'text' }, {}));
  const held = (await open({ scanner: scannerWith(NEW_RULES, () => 'suspicious') })).api;
  await held.scans.rescan();
  await api.scans.rescan({ ref: { model: CHURN, version: 1 } });
  const { isReleased } = await api.quarantine.release({
    model: CHURN,
    version: 1,
    reason: 'the rule was wrong',
  });
  assert.equal(isReleased, true);
  await (await api.versions.open({ model: CHURN })).close();
});

test('files behind an access code are left, and told', async (t) => {
  const { api, open } = await strictHome(t);
  const accessCode = Passphrase.fromText('open sesame');
  await api.versions.put(putOf('acme/churn', { 'a.txt': 'x' }, { accessCode }));
  const later = await open({ scanner: scannerWith(NEW_RULES, () => undefined) });
  const report = await later.api.scans.rescan();
  assert.deepEqual([report.scanned, report.skipped], [0, 1]);
});

test('a file that was scanned by the rules in force is not scanned again when it is put again', async (t) => {
  const { open } = await strictHome(t);
  let scans = 0;
  const scanner = scannerWith(NEW_RULES, () => {
    scans++;
    return undefined;
  });
  const { api } = await open({ scanner });
  await api.versions.put(putOf('acme/churn', { 'a.txt': 'same' }));
  await api.versions.put(putOf('acme/churn', { 'a.txt': 'same', 'b.txt': 'same' }));
  // Under another name it is another file: what it is called is looked at too.
  assert.equal(scans, 2);
});
