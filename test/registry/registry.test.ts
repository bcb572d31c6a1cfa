import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAliasName, parseModelName, parseNamespaceName } from '../../src/api/index.ts';
import { manifestDigest } from '../../src/manifest/index.ts';
import { fileOf } from '../contract/catalogue-kit.ts';
import { withCode } from '../storage/temporary-folder.ts';
import { CHURN, openBench } from './registry-kit.ts';

const ACME = parseNamespaceName('acme');
const PRODUCTION = parseAliasName('production');

test('makes namespace and model with the first version, encrypted', async (t) => {
  const { registry, put } = await openBench(t);
  const file = fileOf('model.onnx', 'bytes');
  const version = await put({ files: [file], metadata: { framework: 'onnx' }, metrics: { RMSE: 1.5 } });
  assert.deepEqual(version, {
    model: CHURN,
    version: 1,
    createdAt: '2026-01-01T00:00:00.000Z',
    createdBy: 'ada',
    files: [{ path: 'model.onnx', size: 5, sha256: file.blob.sha256, storedSize: 21, blob: file.blob.id }],
    size: 5,
    digest: version.digest,
    aliases: [],
    metrics: { rmse: 1.5 },
    metadata: { framework: 'onnx' },
    hasAccessCode: false,
    isEncrypted: true,
    state: 'available',
  });
  assert.equal(version.digest, manifestDigest(version));
  assert.deepEqual(await registry.getVersion({ model: CHURN }), version);
  assert.deepEqual(await registry.getNamespace(ACME), {
    name: 'acme',
    createdAt: '2026-01-01T00:00:00.000Z',
    encryption: 'on',
    keyScope: 'namespace',
    modelCount: 1,
  });
  assert.deepEqual(await registry.getModel(CHURN), {
    name: CHURN,
    createdAt: '2026-01-01T00:00:00.000Z',
    description: '',
    metricDirections: {},
    protection: 'none',
    aliases: {},
    latestVersion: 1,
    versionCount: 1,
  });
});

test('says what is missing: the model, the version or the alias', async (t) => {
  const { registry, put } = await openBench(t);
  await assert.rejects(registry.getVersion({ model: CHURN }), withCode('MODEL_MISSING'));
  await assert.rejects(registry.listVersions(CHURN), withCode('MODEL_MISSING'));
  await assert.rejects(registry.getNamespace(ACME), withCode('NAMESPACE_MISSING'));
  assert.equal(await registry.findNamespace(ACME), undefined);
  assert.equal(await registry.findModel(CHURN), undefined);
  await put();
  await assert.rejects(registry.getVersion({ model: CHURN, version: 2 }), withCode('VERSION_MISSING'));
  await assert.rejects(registry.getVersion({ model: CHURN, alias: PRODUCTION }), withCode('ALIAS_MISSING'));
  await assert.rejects(registry.removeAlias(CHURN, PRODUCTION), withCode('ALIAS_MISSING'));
  await registry.removeVersion({ model: CHURN });
  await assert.rejects(registry.getVersion({ model: CHURN }), withCode('VERSION_MISSING'));
});

test('moves aliases and follows them', async (t) => {
  const { registry, put } = await openBench(t);
  await put({ aliases: [PRODUCTION, PRODUCTION] });
  await put();
  assert.equal((await registry.getVersion({ model: CHURN, alias: PRODUCTION })).version, 1);
  assert.deepEqual((await registry.setAlias(CHURN, PRODUCTION, 2)).aliases, { production: 2 });
  const version = await registry.getVersion({ model: CHURN, alias: PRODUCTION });
  assert.deepEqual([version.version, version.aliases], [2, ['production']]);
  await put({ aliases: [PRODUCTION] });
  assert.deepEqual((await registry.getModel(CHURN)).aliases, { production: 3 });
  assert.deepEqual((await registry.removeAlias(CHURN, PRODUCTION)).aliases, {});
});

test('finds the best version by the metric asked for, or the primary one', async (t) => {
  const { registry, put } = await openBench(t);
  for (const [accuracy, rmse] of [
    [0.9, 3],
    [0.95, 1],
    [0.95, 2],
  ] as const) {
    await put({ metrics: { accuracy, rmse } });
  }
  await put();
  const best = await registry.getBest(CHURN, 'Accuracy');
  assert.deepEqual(
    [best.version.version, best.metric, best.direction, best.value],
    [3, 'accuracy', 'higher', 0.95],
  );
  assert.equal((await registry.getBest(CHURN, 'rmse')).version.version, 2);
  await assert.rejects(registry.getBest(CHURN), withCode('METRIC_INVALID'));
  await registry.configureModel(CHURN, { primaryMetric: 'RMSE' });
  assert.equal((await registry.getBest(CHURN)).version.version, 2);
  await assert.rejects(registry.getBest(CHURN, 'f1'), withCode('METRIC_MISSING'));
  await assert.rejects(registry.getBest(CHURN, 'lift'), withCode('METRIC_DIRECTION_UNKNOWN'));
});

test('asks for the direction of a metric that it does not know, once', async (t) => {
  const { registry, put } = await openBench(t);
  await assert.rejects(put({ metrics: { lift: 2 } }), withCode('METRIC_DIRECTION_UNKNOWN'));
  assert.equal(await registry.findModel(CHURN), undefined, 'nothing was written');
  await put({ metrics: { lift: 2 }, metricDirections: { Lift: 'higher' } });
  await put({ metrics: { lift: 3 } });
  assert.equal((await registry.getBest(CHURN, 'lift')).version.version, 2);
  const version = await registry.addMetrics(
    { model: CHURN, version: 1 },
    { 'cost-eur': 7 },
    { 'cost-eur': 'lower' },
  );
  assert.deepEqual(version.metrics, { lift: 2, cost_eur: 7 });
  await assert.rejects(
    registry.addMetrics({ model: CHURN }, { wonder: 1 }),
    withCode('METRIC_DIRECTION_UNKNOWN'),
  );
  await assert.rejects(
    registry.addMetrics({ model: CHURN }, { mae: Number.NaN }),
    withCode('METRIC_INVALID'),
  );
  await assert.rejects(registry.addMetrics({ model: CHURN }, { mae: 1, MAE: 2 }), withCode('METRIC_INVALID'));
});

test('configures a model and takes settings away again', async (t) => {
  const { registry, put } = await openBench(t);
  await put();
  const model = await registry.configureModel(CHURN, {
    description: 'who leaves\nand when',
    primaryMetric: 'lift',
    metricDirections: { lift: 'higher' },
  });
  assert.deepEqual(
    [model.description, model.primaryMetric, model.metricDirections],
    ['who leaves\nand when', 'lift', { lift: 'higher' }],
  );
  assert.equal((await registry.configureModel(CHURN, { primaryMetric: '' })).primaryMetric, undefined);
  await assert.rejects(
    registry.configureModel(CHURN, { primaryMetric: 'wonder' }),
    withCode('METRIC_DIRECTION_UNKNOWN'),
  );
  await assert.rejects(
    registry.configureModel(CHURN, { description: '\u001b[31m' }),
    withCode('INPUT_INVALID'),
  );
  await assert.rejects(registry.configureModel(parseModelName('acme/other'), {}), withCode('MODEL_MISSING'));
});

test('keeps the lineage of a version and refuses one that does not exist', async (t) => {
  const { registry, put } = await openBench(t);
  await put();
  const derivedFrom = { model: CHURN, version: 1, relation: 'quantized' };
  const version = await put({ derivedFrom });
  assert.deepEqual(version.derivedFrom, derivedFrom);
  await registry.removeVersion({ model: CHURN, version: 1 });
  assert.deepEqual((await registry.getVersion({ model: CHURN })).derivedFrom, derivedFrom);
  await assert.rejects(put({ derivedFrom }), withCode('LINEAGE_MISSING'));
  await assert.rejects(
    registry.assertPublishable({ model: CHURN, derivedFrom }, ['a']),
    withCode('LINEAGE_MISSING'),
  );
});

test('refuses before the first byte what it would refuse at the end', async (t) => {
  const { registry } = await openBench(t);
  const words = { model: CHURN };
  await registry.assertPublishable({ ...words, metrics: { accuracy: 1 } }, ['a', 'b/c']);
  const refusals = [
    ['MANIFEST_INVALID', words, []],
    ['MANIFEST_INVALID', words, ['a', 'a']],
    ['MANIFEST_INVALID', words, ['a', 'a/b']],
    ['NAME_INVALID', words, ['../a']],
    ['MANIFEST_INVALID', { ...words, metadata: { 'a\nb': 'c' } }, ['a']],
    ['METRIC_INVALID', { ...words, metrics: { accuracy: Number.POSITIVE_INFINITY } }, ['a']],
    ['METRIC_DIRECTION_UNKNOWN', { ...words, metrics: { wonder: 1 } }, ['a']],
  ] as const;
  for (const [code, refused, paths] of refusals) {
    await assert.rejects(registry.assertPublishable(refused, paths), withCode(code));
  }
});

test('refuses plain files in a namespace whose encryption is on, and takes them where it is off', async (t) => {
  const { registry, put } = await openBench(t);
  const { blob, path } = fileOf('a', 'plain');
  const { key: _key, ...plain } = blob;
  await assert.rejects(put({ files: [{ path, blob: plain }] }), withCode('NAMESPACE_CHANGED'));
  await registry.createNamespace(ACME, { encryption: 'off' });
  const again = { path, blob: { ...plain, id: fileOf('a', '').blob.id } };
  assert.equal((await put({ files: [again] })).isEncrypted, false);
  assert.equal((await put()).isEncrypted, true);
  assert.equal((await registry.configureNamespace(ACME, { encryption: 'on' })).encryption, 'on');
  await assert.rejects(registry.createNamespace(ACME), withCode('NAMESPACE_EXISTS'));
  await assert.rejects(registry.removeNamespace(ACME), withCode('NAMESPACE_NOT_EMPTY'));
});

test('lists models by namespace and versions by number', async (t) => {
  const { registry, put } = await openBench(t);
  await put();
  await put();
  await put({ model: parseModelName('beta/x') });
  assert.deepEqual(
    (await registry.listModels()).map((model) => model.name),
    ['acme/churn', 'beta/x'],
  );
  assert.deepEqual(
    (await registry.listModels(ACME)).map((model) => model.versionCount),
    [2],
  );
  assert.deepEqual(
    (await registry.listVersions(CHURN)).map((version) => version.version),
    [1, 2],
  );
  assert.deepEqual(
    (await registry.listNamespaces()).map((namespace) => namespace.name),
    ['acme', 'beta'],
  );
  assert.equal((await registry.removeModel(CHURN)).versions, 2);
});

test('knows that an access code is asked', async (t) => {
  const { put } = await openBench(t);
  const version = await put({ files: [fileOf('a', 'a', { codeLock: '$argon2id$v=19$m=1,t=1,p=1$AAAA' })] });
  assert.equal(version.hasAccessCode, true);
});
