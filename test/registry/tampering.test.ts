import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { parseAliasName, parseNamespaceName } from '../../src/api/index.ts';
import { createRegistry, type Registry } from '../../src/registry/index.ts';
import { fileOf } from '../contract/catalogue-kit.ts';
import { withCode } from '../storage/temporary-folder.ts';
import { type Bench, CHURN, openBench, sealOf } from './registry-kit.ts';

const ACME = parseNamespaceName('acme');
const PRODUCTION = parseAliasName('production');

/** A model with two versions, an alias and metrics, and a way to change its rows behind the registry's back. */
async function openVictim(t: TestContext): Promise<Bench & { readonly meddle: (sql: string) => void }> {
  const bench = await openBench(t);
  const parent = await bench.put({ metrics: { accuracy: 0.5 }, metadata: { a: 'b' } });
  await bench.put({
    aliases: [PRODUCTION],
    metrics: { accuracy: 0.9 },
    files: [fileOf('a', 'one'), { ...fileOf('b', 'two'), sha512: 'ab'.repeat(64) }],
    derivedFrom: { model: CHURN, version: parent.version, relation: 'fine-tuned' },
  });
  return {
    ...bench,
    meddle(sql) {
      const raw = new DatabaseSync(bench.path, { enableForeignKeyConstraints: false });
      raw.exec(sql);
      raw.close();
    },
  };
}

const read = (registry: Registry) => registry.getVersion({ model: CHURN, alias: PRODUCTION });

const MEDDLINGS: readonly (readonly [string, string, (registry: Registry) => Promise<unknown>])[] = [
  [
    'another digest of a file',
    "update version_files set sha256 = replace(sha256, substr(sha256, 1, 1), 'x')",
    read,
  ],
  ['another size of a file', 'update version_files set size = size + 1', read],
  ['another path of a file', "update version_files set path = '../../etc/passwd' where path = 'a'", read],
  ['another SHA-512', 'update version_files set sha512 = null', read],
  ['a file that is gone', "delete from version_files where path = 'b'", read],
  ['other metadata', `update versions set metadata = '{"a":"c"}'`, read],
  ['another time', "update versions set created_at = '2020-01-01T00:00:00.000Z'", read],
  ['another author', "update versions set created_by = 'eve'", read],
  ['another lineage', 'update versions set derived_version = 7 where number = 2', read],
  ['no lineage', 'update versions set derived_model = null', read],
  ['no access code any more', 'update versions set has_access_code = 1 - has_access_code', read],
  ['no encryption any more', 'update versions set is_encrypted = 0', read],
  ['another digest of the manifest', "update versions set digest = 'abc'", read],
  ["another version's MAC", 'update versions set mac = (select mac from versions where number = 1)', read],
  ['a MAC that is none', "update versions set mac = '!'", read],
  ['an alias on another version', 'update aliases set version = 1', read],
  ['an alias under another name', "update aliases set alias = 'staging'", (r) => r.getModel(CHURN)],
  [
    'a better score',
    'update metrics set value = 0.99 where version = 1',
    (r) => r.getBest(CHURN, 'accuracy'),
  ],
  [
    'scores that changed places',
    'update metrics set version = 3 where version = 1; update metrics set version = 1 where version = 2; update metrics set version = 2 where version = 3',
    (r) => r.getBest(CHURN, 'accuracy'),
  ],
  ['another primary metric', "update models set primary_metric = 'loss'", (r) => r.getModel(CHURN)],
  [
    'another direction',
    `update models set metric_directions = '{"accuracy":"lower"}'`,
    (r) => r.getModel(CHURN),
  ],
  ['encryption switched off', "update namespaces set encryption = 'off'", (r) => r.getNamespace(ACME)],
  [
    'encryption switched off, on listing',
    "update namespaces set encryption = 'off'",
    (r) => r.listNamespaces(),
  ],
];

for (const [what, sql, act] of MEDDLINGS) {
  test(`refuses a catalogue with ${what}`, async (t) => {
    const { registry, meddle } = await openVictim(t);
    await act(registry);
    meddle(sql);
    await assert.rejects(act(registry), { ...withCode('REGISTRY_TAMPERED'), kind: 'damaged' });
  });
}

test('does not seal anew what was changed from outside', async (t) => {
  const { registry, put, meddle } = await openVictim(t);
  meddle("update namespaces set encryption = 'off'; update models set description = 'mine'");
  await assert.rejects(put(), withCode('REGISTRY_TAMPERED'));
  await assert.rejects(
    registry.configureNamespace(ACME, { keyScope: 'model' }),
    withCode('REGISTRY_TAMPERED'),
  );
  await assert.rejects(
    registry.configureModel(CHURN, { primaryMetric: 'f1' }),
    withCode('REGISTRY_TAMPERED'),
  );
  await assert.rejects(registry.addMetrics({ model: CHURN }, { f1: 1 }), withCode('REGISTRY_TAMPERED'));
});

test('refuses rows that another key has sealed', async (t) => {
  const { catalogue } = await openVictim(t);
  const stranger = createRegistry({ catalogue, seal: sealOf('other'), now: () => '' });
  await assert.rejects(stranger.getVersion({ model: CHURN }), withCode('REGISTRY_TAMPERED'));
});

test('says that columns which hold no JSON are damaged', async (t) => {
  const { registry, meddle } = await openVictim(t);
  meddle("update versions set metadata = '[]'");
  await assert.rejects(read(registry), withCode('CATALOGUE_DAMAGED'));
});
