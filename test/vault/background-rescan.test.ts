import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ScansStatus, StrongroomApi } from '../../src/api/index.ts';
import { Passphrase } from '../../src/bytes/index.ts';
import { StrongroomError } from '../../src/errors/index.ts';
import { putOf } from '../kit/temporary-home.ts';
import { CHURN, scannerWith, strictHome } from './trust-kit.ts';

const NEW_RULES = 'f'.repeat(64);

/** The status once the rescan is in a state; the runner's time-out ends a wait for one that never comes. */
async function until(
  api: StrongroomApi,
  state: NonNullable<ScansStatus['rescan']>['state'],
): Promise<ScansStatus> {
  for (;;) {
    const { scans } = await api.system.status();
    if (scans.rescan?.state === state) return scans;
    await sleep(5);
  }
}

test('a home opened for long scans by itself what new rules have not looked at, and withdraws what is worse', async (t) => {
  const { api, open } = await strictHome(t);
  await api.versions.put(putOf('acme/churn', { 'a.txt': 'one' }));
  await api.versions.put(putOf('acme/churn', { 'b.txt': 'two' }));
  const { scans: before } = await api.system.status();
  assert.deepEqual([before.staleFiles, before.staleVersions, before.rescan], [0, 0, undefined]);

  const scanner = scannerWith(NEW_RULES, (name) => (name === 'b.txt' ? 'malicious' : undefined));
  const later = (await open({ scanner, rescan: 'background' })).api;
  const { rescan, ...left } = await until(later, 'done');
  assert.deepEqual(left, { ruleSet: NEW_RULES, staleFiles: 0, staleVersions: 0 });
  assert.deepEqual(
    [rescan?.scanned, rescan?.skipped, rescan?.damaged, rescan?.withdrawn],
    [2, 0, 0, ['acme/churn@2']],
  );
  await assert.rejects(later.versions.get({ model: CHURN, version: 2 }), { code: 'TRUST_WITHDRAWN' });
  assert.equal((await later.versions.get({ model: CHURN })).version, 1);
});

test('until a file was scanned by the new rules, what was known of it counts', async (t) => {
  const { api, open } = await strictHome(t);
  await api.versions.put(putOf('acme/churn', { 'a.txt': 'one' }));
  const gate = Promise.withResolvers<undefined>();
  const rules = scannerWith(NEW_RULES, () => 'malicious');
  const scanner: typeof rules = {
    ruleSet: rules.ruleSet,
    async scan(...given) {
      await gate.promise;
      return await rules.scan(...given);
    },
  };
  const later = (await open({ scanner, rescan: 'background' })).api;
  const { scans, warnings } = await later.system.status();
  assert.deepEqual([scans.staleFiles, scans.staleVersions, scans.rescan?.state], [1, 1, 'running']);
  assert.ok(warnings.some((text) => text.includes('1 in 1 versions (being scanned now)')));
  await (await later.versions.open({ model: CHURN })).close();
  gate.resolve(undefined);
  await until(later, 'done');
  await assert.rejects(later.versions.open({ model: CHURN, version: 1 }), { code: 'TRUST_WITHDRAWN' });
});

test('closed in the middle it goes on where it was, and what it found until then has its consequence', async (t) => {
  const { api, open } = await strictHome(t);
  for (const name of ['a', 'b', 'c']) await api.versions.put(putOf(`acme/${name}`, { 'x.txt': name }));
  const seen: string[] = [];
  const second = Promise.withResolvers<undefined>();
  const rules = scannerWith(NEW_RULES, () => 'malicious');
  const scanner = (isStuck: boolean): typeof rules => ({
    ruleSet: rules.ruleSet,
    async scan(...given) {
      seen.push(given[1].name);
      if (isStuck && seen.length === 2) {
        second.resolve(undefined);
        // As a scan that is given up.
        await new Promise((_, reject) => {
          given[1].signal?.addEventListener('abort', () =>
            reject(new StrongroomError('ABORTED', 'the scan was given up')),
          );
        });
      }
      return await rules.scan(...given);
    },
  });
  const first = await open({ scanner: scanner(true), rescan: 'background' });
  await second.promise;
  await first.close();

  const { api: next } = await open({ scanner: scanner(false) });
  const between = (await next.system.status()).scans;
  assert.deepEqual([between.staleFiles, between.rescan], [2, undefined]);
  assert.equal((await next.quarantine.list()).length, 1);
  const { api: last } = await open({ scanner: scanner(false), rescan: 'background' });
  const { rescan } = await until(last, 'done');
  assert.deepEqual([rescan?.scanned, rescan?.withdrawn.length, seen.length], [2, 2, 4]);
});

test('an error that no file is to blame for is tried again, and stands in the status meanwhile', async (t) => {
  const { api, open } = await strictHome(t);
  await api.versions.put(putOf('acme/churn', { 'a.txt': 'one' }));
  let tries = 0;
  const rules = scannerWith(NEW_RULES, () => undefined);
  const scanner: typeof rules = {
    ruleSet: rules.ruleSet,
    scan(...given) {
      if (++tries === 1) return Promise.reject(new StrongroomError('STORAGE_FULL', 'the disk is full'));
      return rules.scan(...given);
    },
  };
  const later = (await open({ scanner, rescan: 'background' })).api;
  assert.equal((await until(later, 'waiting')).rescan?.code, 'STORAGE_FULL');
  const { rescan, staleFiles } = await until(later, 'done');
  assert.deepEqual([rescan?.scanned, staleFiles, tries], [1, 0, 2]);
});

test('files that cannot be opened are left for a person, and do not keep it going', async (t) => {
  const { api, open } = await strictHome(t);
  await api.versions.put(
    putOf('acme/churn', { 'a.txt': 'x' }, { accessCode: Passphrase.fromText('open sesame') }),
  );
  await api.versions.put(putOf('acme/other', { 'b.txt': 'y' }));
  const later = (await open({ scanner: scannerWith(NEW_RULES, () => undefined), rescan: 'background' })).api;
  const { rescan, staleVersions } = await until(later, 'done');
  assert.deepEqual([rescan?.scanned, rescan?.skipped, staleVersions], [1, 1, 1]);
});
