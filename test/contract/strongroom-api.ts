// The contract of StrongroomApi: what every implementation does, local or remote.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { suite, type TestContext, test } from 'node:test';
import {
  parseAliasName,
  parseModelName,
  parseNamespaceName,
  type StrongroomApi,
} from '../../src/api/index.ts';
import {
  exportLog,
  logSourceOf,
  parseInclusionFile,
  parseVkey,
  readCheckpoint,
  TileStore,
  verifyInclusionFile,
  verifyLog,
} from '../../src/audit/index.ts';
import { Passphrase, utf8Bytes } from '../../src/bytes/index.ts';
import { Folder } from '../../src/storage/index.ts';
import { bytesOf, putOf, temporaryFolder } from '../kit/temporary-home.ts';
import { testInputSchemas } from './input-schemas.ts';
import { testPredictions } from './predictions.ts';

/** What a test works on; `second` is another person, where some acts take two. */
export interface OpenedApi extends StrongroomApi {
  readonly second?: () => Promise<StrongroomApi>;
}

/** Opens an implementation over a strongroom of its own, closed after the test. */
export type OpenApi = (t: TestContext) => Promise<OpenedApi>;

const churn = parseModelName('acme/churn');
const acme = parseNamespaceName('acme');

export function testStrongroomApi(name: string, open: OpenApi): void {
  suite(`StrongroomApi: ${name}`, () => {
    testVersions(open);
    testAccessCodes(open);
    testRegistry(open);
    testKeys(open);
    testRemoval(open);
    testInputSchemas(open);
    testPredictions(open);
  });
}

function testVersions(open: OpenApi): void {
  test('what goes in comes out byte-exact, with its digests', async (t) => {
    const api = await open(t);
    const weights = randomBytes(700_001);
    const put = await api.versions.put(
      putOf(
        'acme/churn',
        { 'model.weights': weights, 'sub/config.json': '{}', 'empty.bin': '' },
        { withSha512: true },
      ),
    );
    assert.equal(put.version, 1);
    assert.deepEqual(
      put.files.map((file) => file.path),
      ['empty.bin', 'model.weights', 'sub/config.json'],
    );
    await using opened = await api.versions.open({ model: churn });
    const model = opened.files.find((file) => file.path === 'model.weights')!;
    // Not deepEqual: where they differ, its report of the difference would take all memory.
    assert.ok((await bytesOf(model.read())).equals(weights));
    assert.deepEqual(
      await bytesOf(model.read({ start: 262_100, end: 262_200 })),
      weights.subarray(262_100, 262_200),
    );
    assert.equal(model.sha256, createHash('sha256').update(weights).digest('hex'));
    assert.equal(model.sha512, createHash('sha512').update(weights).digest('hex'));
    const empty = opened.files.find((file) => file.path === 'empty.bin')!;
    assert.equal((await bytesOf(empty.read())).length, 0);
  });

  test('versions count up, and a removed number is not used again', async (t) => {
    const api = await open(t);
    for (const content of ['a', 'b', 'c']) await api.versions.put(putOf('acme/churn', { 'm.bin': content }));
    await api.versions.remove({ model: churn, version: 3 });
    const next = await api.versions.put(putOf('acme/churn', { 'm.bin': 'd' }));
    assert.equal(next.version, 4);
    assert.deepEqual(
      (await api.versions.list({ model: churn })).map((version) => version.version),
      [1, 2, 4],
    );
  });

  test('identical files of a model are stored once', async (t) => {
    const api = await open(t);
    const first = await api.versions.put(putOf('acme/churn', { 'w.bin': 'same', 'a.txt': '1' }));
    const second = await api.versions.put(putOf('acme/churn', { 'w.bin': 'same', 'a.txt': '2' }));
    const blobOf = (version: typeof first) => version.files.find((file) => file.path === 'w.bin')?.blob;
    assert.equal(blobOf(first), blobOf(second));
    assert.equal((await api.system.status()).blobs, 3);
    await api.versions.remove({ model: churn, version: 1 });
    await using opened = await api.versions.open({ model: churn });
    assert.equal((await bytesOf(opened.files.at(-1)!.read())).toString(), 'same');
  });

  test('a stream that fails leaves nothing behind', async (t) => {
    const api = await open(t);
    const good = putOf('acme/churn', { 'a.bin': 'fine' });
    const bad = {
      ...good.files[0]!,
      path: 'b.bin' as (typeof good.files)[0]['path'],
      // eslint-disable-next-line @typescript-eslint/require-await -- a stream by its type
      async *open() {
        yield new Uint8Array(300_000);
        throw new Error('the cable was pulled');
      },
    };
    await assert.rejects(api.versions.put({ ...good, files: [...good.files, bad] }));
    assert.deepEqual(await api.models.list(), []);
    const report = await api.versions.verify({});
    assert.deepEqual([report.isClean, report.blobCount], [true, 0]);
  });

  test('a version that is not there is missing, by number, alias and name', async (t) => {
    const api = await open(t);
    await api.versions.put(putOf('acme/churn', { 'm.bin': 'x' }));
    const missing = { kind: 'missing' };
    await assert.rejects(api.versions.get({ model: churn, version: 7 }), missing);
    await assert.rejects(api.versions.get({ model: churn, alias: parseAliasName('gold') }), missing);
    await assert.rejects(api.versions.open({ model: parseModelName('acme/other') }), missing);
  });

  test('verification finds nothing wrong with what was just put', async (t) => {
    const api = await open(t);
    await api.versions.put(putOf('acme/churn', { 'm.bin': randomBytes(300_000), 'n.bin': 'y' }));
    for (const depth of ['full', 'sealed'] as const) {
      const report = await api.versions.verify({ depth });
      assert.deepEqual([report.isClean, report.versionCount, report.blobCount], [true, 1, 2]);
    }
  });
}

function testAccessCodes(open: OpenApi): void {
  test('an access code is asked for besides the grant, and a wrong one is refused as a wrong key is', async (t) => {
    const api = await open(t);
    const code = Passphrase.fromText('open sesame');
    const put = await api.versions.put(putOf('acme/churn', { 'm.bin': 'secret' }, { accessCode: code }));
    assert.equal(put.hasAccessCode, true);
    await assert.rejects(api.versions.open({ model: churn }), { code: 'ACCESS_CODE_REQUIRED' });
    const wrong = Passphrase.fromText('open barley');
    await assert.rejects(api.versions.open({ model: churn, accessCode: wrong }), { code: 'KEY_REFUSED' });
    await using opened = await api.versions.open({ model: churn, accessCode: code });
    assert.equal((await bytesOf(opened.files[0]!.read())).toString(), 'secret');
    const report = await api.versions.verify({});
    assert.deepEqual([report.isClean, report.sealedOnly], [true, 1]);
  });
}

function testRegistry(open: OpenApi): void {
  test('the best version is told by the metric and its direction', async (t) => {
    const api = await open(t);
    for (const accuracy of [0.91, 0.97, 0.94]) {
      const metrics = { accuracy, log_loss: 1 - accuracy / 2 };
      await api.versions.put(putOf('acme/churn', { 'm.bin': `${accuracy}` }, { metrics }));
    }
    assert.equal((await api.versions.best({ model: churn, metric: 'accuracy' })).version.version, 2);
    assert.equal((await api.versions.best({ model: churn, metric: 'log_loss' })).version.version, 2);
    await api.models.configure({ model: churn, primaryMetric: 'accuracy' });
    assert.equal((await api.versions.best({ model: churn })).value, 0.97);
    await assert.rejects(api.versions.addMetrics({ model: churn, version: 1, metrics: { sparkle: 1 } }), {
      kind: 'invalid',
    });
    await api.versions.addMetrics({
      model: churn,
      version: 1,
      metrics: { sparkle: 1 },
      metricDirections: { sparkle: 'higher' },
    });
    assert.equal((await api.versions.best({ model: churn, metric: 'sparkle' })).version.version, 1);
  });

  test('an alias moves from version to version and names what is opened', async (t) => {
    const api = await open(t);
    const production = parseAliasName('production');
    await api.versions.put(putOf('acme/churn', { 'm.bin': 'one' }, { aliases: [production] }));
    await api.versions.put(putOf('acme/churn', { 'm.bin': 'two' }));
    assert.equal((await api.versions.get({ model: churn, alias: production })).version, 1);
    await api.aliases.set({ model: churn, alias: production, version: 2 });
    assert.equal((await api.versions.get({ model: churn, alias: production })).version, 2);
    await api.aliases.remove({ model: churn, alias: production });
    await assert.rejects(api.versions.get({ model: churn, alias: production }), { kind: 'missing' });
  });

  test('lineage names a version that exists', async (t) => {
    const api = await open(t);
    await api.versions.put(putOf('acme/churn', { 'm.bin': 'one' }));
    const lineage = { model: churn, version: 1, relation: 'quantized' };
    const derived = await api.versions.put(putOf('acme/churn', { 'm.bin': 'q' }, { derivedFrom: lineage }));
    assert.deepEqual(derived.derivedFrom, lineage);
    const nowhere = { ...lineage, version: 99 };
    await assert.rejects(api.versions.put(putOf('acme/churn', { 'm.bin': 'r' }, { derivedFrom: nowhere })), {
      code: 'LINEAGE_MISSING',
    });
  });

  test('encryption can be switched off for a namespace, which is then said aloud', async (t) => {
    const api = await open(t);
    await api.namespaces.create({ name: acme, encryption: 'off' });
    const text = 'plain '.repeat(100_000);
    const put = await api.versions.put(
      putOf('acme/churn', { 'm.txt': text }, { compression: { algorithm: 'auto' } }),
    );
    assert.equal(put.isEncrypted, false);
    assert.ok(put.files[0]!.storedSize < text.length / 10, 'it is compressed');
    await using opened = await api.versions.open({ model: churn });
    assert.equal((await bytesOf(opened.files[0]!.read())).toString(), text);
    assert.ok((await api.system.status()).warnings.some((warning) => warning.includes('acme')));
  });
}

function testKeys(open: OpenApi): void {
  test('rotation wraps every data key anew, and an old version is retired and destroyed after that', async (t) => {
    const api = await open(t);
    const code = Passphrase.fromText('a code');
    await api.versions.put(putOf('acme/churn', { 'a.bin': 'A', 'b.bin': 'B' }));
    await api.versions.put(putOf('acme/churn', { 'c.bin': 'C' }, { accessCode: code }));
    const [report] = await api.keys.rotate({ name: 'acme' });
    assert.deepEqual([report?.version, report?.rewrapped], [2, 3]);
    const [key] = await api.keys.list();
    assert.deepEqual(
      key?.versions.map((each) => [each.version, each.state, each.blobCount]),
      [
        [1, 'retiring', 0],
        [2, 'active', 3],
      ],
    );
    await assert.rejects(api.keys.retire({ name: 'acme', version: 2 }), { kind: 'conflict' });
    await api.keys.retire({ name: 'acme', version: 1 });
    await assert.rejects(api.keys.destroy({ name: 'acme', version: 1 }), { kind: 'conflict' });
    await agreeTo(api, 'key acme@1');
    const destroyed = await api.keys.destroy({ name: 'acme', version: 1, now: true });
    assert.equal(destroyed.versions[0]?.state, 'destroyed');
    assert.equal((await api.versions.verify({ accessCode: code })).isClean, true);
  });

  test('rotation with data gives new payloads, except where the access code is not given', async (t) => {
    const api = await open(t);
    const code = Passphrase.fromText('a code');
    const open1 = await api.versions.put(putOf('acme/churn', { 'a.bin': 'A' }));
    const locked = await api.versions.put(putOf('acme/churn', { 'b.bin': 'B' }, { accessCode: code }));
    const [first] = await api.keys.rotate({ data: true });
    assert.deepEqual([first?.reencrypted, first?.skipped, first?.rewrapped], [1, 1, 1]);
    const after = await api.versions.get({ model: churn, version: 1 });
    assert.notEqual(after.files[0]?.blob, open1.files[0]?.blob);
    assert.equal(after.digest, open1.digest);
    const [second] = await api.keys.rotate({ data: true, accessCode: code });
    assert.deepEqual([second?.reencrypted, second?.skipped], [2, 0]);
    assert.notEqual(
      (await api.versions.get({ model: churn, version: 2 })).files[0]?.blob,
      locked.files[0]?.blob,
    );
    assert.deepEqual((await api.versions.verify({ accessCode: code })).findings, []);
  });
}

/** Where the destruction of a key takes two people, one asks and the other agrees. */
async function agreeTo(api: OpenedApi, resource: string): Promise<void> {
  if (api.second === undefined) return;
  const destroy = api.keys.destroy({ name: 'acme', version: 1, now: true });
  await assert.rejects(destroy, { code: 'APPROVAL_REQUIRED' });
  const { id } = await api.approvals.request({ action: 'key:destroy', resource, reason: 'a test' });
  await assert.rejects(api.approvals.decide({ id, decision: 'approved', reason: 'mine' }), {
    code: 'APPROVAL_SAME_PERSON',
  });
  await (await api.second()).approvals.decide({ id, decision: 'approved', reason: 'seen' });
}

function testRemoval(open: OpenApi): void {
  test('a removed model is gone with its blobs, and its own key with it', async (t) => {
    const api = await open(t);
    await api.namespaces.create({ name: acme, keyScope: 'model' });
    await api.versions.put(putOf('acme/churn', { 'm.bin': 'x' }));
    assert.deepEqual(
      (await api.keys.list()).map((key) => key.name),
      ['acme/churn'],
    );
    await assert.rejects(api.namespaces.remove({ name: acme }), { kind: 'conflict' });
    const report = await api.models.remove({ model: churn });
    assert.deepEqual([report.versions, report.shreddedBlobs], [1, 1]);
    assert.deepEqual(await api.keys.list(), []);
    assert.deepEqual(await api.models.list(), []);
    const again = await api.versions.put(putOf('acme/churn', { 'm.bin': 'y' }));
    assert.equal(again.version, 2, 'its numbers are not used again, and its name can be');
    await api.models.remove({ model: churn });
    await api.namespaces.remove({ name: acme });
    assert.deepEqual(await api.namespaces.list(), []);
  });

  test('every act is on the record, the refused ones too', async (t) => {
    const api = await open(t);
    await api.versions.put(putOf('acme/churn', { 'm.bin': 'x' }));
    await assert.rejects(api.versions.get({ model: churn, version: 9 }));
    const acts = await api.audit.search();
    const find = (action: string) => acts.find((act) => act.action === action);
    assert.equal(find('version:create')?.outcome, 'done');
    assert.deepEqual(
      [find('version:read')?.outcome, find('version:read')?.resource],
      ['failed', 'acme/churn@9'],
    );
  });

  test('the record is verified, copied and proved to whoever has its key', async (t) => {
    const api = await open(t);
    await api.versions.put(putOf('acme/churn', { 'm.bin': 'x' }));
    const [act] = await api.audit.search({ action: 'version:create' });
    const { keys } = await api.audit.key();
    const key = parseVkey(keys[0] ?? '');
    const { proof } = await api.audit.prove({ index: act?.index ?? -1 });
    assert.equal(verifyInclusionFile(parseInclusionFile(utf8Bytes(proof)), key).index, act?.index);
    const { isSound, findings } = await api.audit.verify();
    assert.deepEqual([isSound, findings], [true, []]);
    const copy = await temporaryFolder(t);
    await using folder = await Folder.open(copy);
    await exportLog(logSourceOf(api.audit), folder);
    const checkpoint = await readCheckpoint(folder);
    assert.deepEqual((await verifyLog({ tiles: new TileStore(folder), checkpoint, key })).findings, []);
  });
}
