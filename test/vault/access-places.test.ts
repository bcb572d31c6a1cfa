// What exists for whom, and what lists show.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  parseAliasName,
  parseModelName,
  parseNamespaceName,
  type StrongroomApi,
} from '../../src/api/index.ts';
import { bytesOf, putOf } from '../kit/temporary-home.ts';
import { withCode } from '../storage/temporary-folder.ts';
import { password, refusal, sharedHome } from './access-kit.ts';

const CHURN = parseModelName('acme/churn');
const SECRET = parseModelName('beta/secret');
const GHOST = parseModelName('beta/ghost');
const PRODUCTION = parseAliasName('production');

/** Everything that names a model. */
const OF_MODEL: Readonly<Record<string, (api: StrongroomApi, model: typeof CHURN) => Promise<unknown>>> = {
  'models.get': (api, model) => api.models.get({ model }),
  'models.configure': (api, model) => api.models.configure({ model, description: 'x' }),
  'models.remove': (api, model) => api.models.remove({ model }),
  'versions.put': (api, model) => api.versions.put(putOf(model, { 'a.txt': 'a' })),
  'versions.list': (api, model) => api.versions.list({ model }),
  'versions.get': (api, model) => api.versions.get({ model }),
  'versions.get by number': (api, model) => api.versions.get({ model, version: 1 }),
  'versions.get by alias': (api, model) => api.versions.get({ model, alias: PRODUCTION }),
  'versions.open': (api, model) => api.versions.open({ model, version: 1 }),
  'versions.verify': (api, model) => api.versions.verify({ ref: { model, version: 1 } }),
  'versions.best': (api, model) => api.versions.best({ model, metric: 'accuracy' }),
  'versions.addMetrics': (api, model) =>
    api.versions.addMetrics({ model, version: 1, metrics: { accuracy: 1 } }),
  'versions.remove': (api, model) => api.versions.remove({ model, version: 1 }),
  'aliases.set': (api, model) => api.aliases.set({ model, alias: PRODUCTION, version: 1 }),
  'aliases.remove': (api, model) => api.aliases.remove({ model, alias: PRODUCTION }),
  'scans.get': (api, model) => api.scans.get({ model, version: 1 }),
  'scans.rescan': (api, model) => api.scans.rescan({ ref: { model, version: 1 } }),
  'signatures.list': (api, model) => api.signatures.list({ model, version: 1 }),
  'signatures.sign': (api, model) => api.signatures.sign({ model, version: 1, keyId: 'k' }),
  'signatures.add': (api, model) => api.signatures.add({ model, version: 1, content: new Uint8Array(3) }),
  'quarantine.get': (api, model) => api.quarantine.get({ model, version: 1 }),
  'quarantine.release': (api, model) => api.quarantine.release({ model, version: 1, reason: 'x' }),
  'quarantine.remove': (api, model) => api.quarantine.remove({ model, version: 1 }),
  'keys.rotate': (api, model) => api.keys.rotate({ name: model }),
  'keys.retire': (api, model) => api.keys.retire({ name: model, version: 1 }),
  'keys.destroy': (api, model) => api.keys.destroy({ name: model, version: 1 }),
  'grants.create': (api, on) =>
    api.grants.create({ principal: 'service-account:ci' as never, role: 'viewer', on }),
  'approvals.request': (api, model) =>
    api.approvals.request({ action: 'version:download', resource: `${model}@1`, reason: 'x' }),
};

const NAMES = ['beta/secret', 'beta/ghost', 'beta/secret', 'beta/ghost'];

/** The same text for both names, so that only what tells them apart is left. */
function blanked(answer: unknown): string {
  return NAMES.reduce((text, name) => text.replaceAll(name, 'NAME'), JSON.stringify(answer));
}

test('what a caller may not see answers exactly as what is not there', async (t) => {
  const { program, person } = await sharedHome(t);
  const ci = await program('ci', 'admin on acme');
  const ada = await person('ada', 'admin on acme');
  for (const [name, call] of Object.entries(OF_MODEL)) {
    for (const { api } of [ci, ada]) {
      const hidden = blanked(await refusal(call(api, SECRET)));
      assert.equal(hidden, blanked(await refusal(call(api, GHOST))), name);
      assert.ok(!hidden.includes('beta'), `${name}: ${hidden}`);
    }
  }
});

test('and as it answers to those who could see it if it were there', async (t) => {
  const { owner, program } = await sharedHome(t);
  const { api } = await program('ci', 'developer on acme');
  for (const name of ['models.get', 'versions.list', 'versions.get', 'versions.open', 'scans.get'] as const) {
    const call = OF_MODEL[name]!;
    assert.equal(blanked(await refusal(call(api, SECRET))), blanked(await refusal(call(owner, GHOST))), name);
  }
  const get = (of: StrongroomApi, name: string) =>
    refusal(of.namespaces.get({ name: parseNamespaceName(name) }));
  assert.equal(
    JSON.stringify(await get(api, 'beta')).replaceAll('beta', 'N'),
    JSON.stringify(await get(owner, 'gamma')).replaceAll('gamma', 'N'),
  );
  const rotate = (of: StrongroomApi, name: string) => refusal(of.keys.rotate({ name }));
  assert.equal(
    JSON.stringify(await rotate(api, 'beta')).replaceAll('beta', 'N'),
    JSON.stringify(await rotate(owner, 'gamma')).replaceAll('gamma', 'N'),
  );
});

test('who sees a model and may not do something is told so', async (t) => {
  const { program } = await sharedHome(t);
  const { api } = await program('ci', 'viewer on acme/churn');
  assert.equal((await api.models.get({ model: CHURN })).name, CHURN);
  for (const name of ['versions.open', 'versions.put', 'models.remove', 'aliases.set', 'quarantine.get']) {
    assert.equal((await refusal(OF_MODEL[name]!(api, CHURN))).code, 'ACCESS_DENIED', name);
  }
  // The namespace of the one model that they see does not exist for them, nor does the model beside it.
  assert.equal(
    (await refusal(api.namespaces.get({ name: parseNamespaceName('acme') }))).code,
    'NAMESPACE_MISSING',
  );
  assert.equal(
    (await refusal(api.models.get({ model: parseModelName('acme/other') }))).code,
    'MODEL_MISSING',
  );
});

test('lists show what the caller may see, and nothing else', async (t) => {
  const { owner, program, give } = await sharedHome(t);
  const { api, id } = await program('ci', 'viewer on acme/churn');
  const models = async () => (await api.models.list()).map(({ name }) => String(name));
  assert.deepEqual(await models(), ['acme/churn']);
  assert.deepEqual(await api.models.list({ namespace: parseNamespaceName('beta') }), []);
  await assert.rejects(api.namespaces.list(), withCode('ACCESS_DENIED'));
  await give(id, 'viewer on beta');
  assert.deepEqual(await models(), ['acme/churn', 'beta/secret']);
  assert.deepEqual(
    (await api.namespaces.list()).map(({ name }) => String(name)),
    ['beta'],
  );
  await give(id, 'auditor on acme');
  assert.deepEqual(
    (await api.keys.list()).map(({ name }) => name),
    ['acme'],
  );
  assert.deepEqual((await api.grants.list()).map(({ on }) => String(on)).toSorted(), ['acme', 'acme/churn']);
  assert.equal((await owner.grants.list()).length, 3);
});

test('where a version comes from is not told to those for whom that does not exist', async (t) => {
  const { owner, program } = await sharedHome(t);
  const derivedFrom = { model: SECRET, version: 1, relation: 'quantized' };
  await owner.versions.put(putOf('acme/churn', { 'note.txt': 'smaller' }, { derivedFrom }));
  const { api } = await program('ci', 'developer on acme');
  assert.equal((await owner.versions.get({ model: CHURN })).derivedFrom?.model, SECRET);
  await using opened = await api.versions.open({ model: CHURN });
  const answers = [
    await api.versions.get({ model: CHURN }),
    ...(await api.versions.list({ model: CHURN })),
    opened.version,
    await api.versions.addMetrics({ model: CHURN, metrics: { accuracy: 1 } }),
    await api.versions.best({ model: CHURN, metric: 'accuracy' }),
  ];
  assert.ok(!JSON.stringify(answers).includes('secret'));
  const put = (model: typeof SECRET) =>
    refusal(
      api.versions.put(
        putOf('acme/churn', { 'a.txt': 'a' }, { derivedFrom: { model, version: 1, relation: 'copied' } }),
      ),
    );
  assert.equal(blanked(await put(SECRET)), blanked(await put(GHOST)));
  assert.equal((await put(SECRET)).code, 'LINEAGE_MISSING');
});

test('a put needs leave for everything that it makes', async (t) => {
  const { owner, program, give } = await sharedHome(t);
  const { api, id } = await program('ci', 'developer on acme');
  const put = (model: string, more = {}) => api.versions.put(putOf(model, { 'a.txt': 'a' }, more));
  assert.equal((await put('acme/brand-new')).version, 1);
  assert.match((await refusal(put('gamma/new'))).message, /may not version:create on gamma\/new/);
  assert.match((await refusal(put('acme/churn', { aliases: [PRODUCTION] }))).message, /may not alias:set/);
  await give(id, 'publisher on acme/churn');
  assert.deepEqual((await put('acme/churn', { aliases: [PRODUCTION] })).aliases, ['production']);
  const narrow = await program('narrow', 'developer on acme/churn', 'developer on acme/later');
  assert.match(
    (await refusal(narrow.api.versions.put(putOf('acme/later', { 'a.txt': 'a' })))).message,
    /may not model:create on acme\/later/,
  );
  const wide = await program('wide', 'developer on everything');
  assert.match(
    (await refusal(wide.api.versions.put(putOf('gamma/new', { 'a.txt': 'a' })))).message,
    /may not namespace:create on gamma/,
  );
  await owner.namespaces.create({ name: parseNamespaceName('gamma') });
  assert.equal((await wide.api.versions.put(putOf('gamma/new', { 'a.txt': 'a' }))).version, 1);
});

test('grants end with the model and the namespace that they are on', async (t) => {
  const { owner, program } = await sharedHome(t);
  const { api } = await program('ci', 'developer on beta/secret', 'viewer on acme');
  await owner.models.remove({ model: SECRET });
  await owner.versions.put(putOf('beta/secret', { 'a.txt': 'another one' }));
  assert.equal((await refusal(api.versions.open({ model: SECRET }))).code, 'MODEL_MISSING');
  for (const model of ['acme/churn', 'acme/other'])
    await owner.models.remove({ model: parseModelName(model) });
  await owner.namespaces.remove({ name: parseNamespaceName('acme') });
  assert.deepEqual(await owner.grants.list(), []);
});

test('a download ends soon after its grant does, in the middle', async (t) => {
  const { owner, program } = await sharedHome(t);
  // Random, so that it is many segments; and known as text, so that it comes in.
  const big = Array.from({ length: 40_000 }, () => Math.random().toString(36).slice(2).padEnd(99, '-')).join(
    '\n',
  );
  await owner.versions.put(putOf('acme/churn', { 'big.txt': big }));
  const { api, id } = await program('ci', 'developer on acme');
  await using opened = await api.versions.open({ model: CHURN });
  const [file] = opened.files;
  assert.equal((await bytesOf(file!.read())).length, big.length);
  const received: number[] = [];
  const download = (async () => {
    for await (const chunk of file!.read()) {
      received.push(chunk.length);
      if (received.length === 1) {
        for (const grant of await owner.grants.list({ principal: id })) await owner.grants.remove(grant);
      }
      await new Promise((resolve) => setTimeout(resolve, 400));
    }
  })();
  await assert.rejects(download, withCode('ACCESS_DENIED'));
  assert.ok(received.length >= 1 && received.reduce((sum, size) => sum + size, 0) < big.length);
  await assert.rejects(bytesOf(file!.lend()), withCode('ACCESS_DENIED'));
});

test('an upload whose grant ends meanwhile makes no version', async (t) => {
  const { owner, program } = await sharedHome(t);
  const { api, id } = await program('ci', 'developer on acme');
  const put = putOf('acme/churn', { 'a.txt': 'a' });
  const files = put.files.map((file) => ({
    ...file,
    async *open() {
      for (const grant of await owner.grants.list({ principal: id })) await owner.grants.remove(grant);
      yield* file.open();
    },
  }));
  await assert.rejects(api.versions.put({ ...put, files }), withCode('ACCESS_DENIED'));
  assert.equal((await owner.versions.list({ model: CHURN })).length, 1);
});

test('a log-in that ends takes its downloads along', async (t) => {
  const { owner, strongroom, person } = await sharedHome(t);
  const ada = await person('ada', 'developer on acme');
  const { identity } = strongroom.serve();
  const origin = { requestId: 'test', address: '127.0.0.1' };
  const loggedIn = await identity.logIn({ name: 'ada', password: password(), wants: 'tokens' }, origin);
  assert.equal(loggedIn.kind, 'logged-in');
  const caller = await identity.authenticate({ kind: 'bearer', token: loggedIn.accessToken }, origin);
  await using opened = await strongroom.apiFor(caller).versions.open({ model: CHURN });
  const read = () => bytesOf(opened.files[0]!.read());
  await new Promise((resolve) => setTimeout(resolve, 1050));
  assert.equal((await read()).toString(), 'notes on acme/churn');
  await identity.logOut(caller);
  await new Promise((resolve) => setTimeout(resolve, 1050));
  await assert.rejects(read(), withCode('ACCESS_DENIED'));
  assert.ok((await owner.users.get({ name: 'ada' })).lastLogInAt !== undefined && ada.id === caller.id);
});

test('an alias that moves between question and answer leads nowhere else', async (t) => {
  const { owner, program } = await sharedHome(t);
  const { api } = await program('ci', 'developer on acme/churn');
  await owner.versions.put(putOf('acme/churn', { 'note.txt': 'second' }));
  await owner.aliases.set({ model: CHURN, alias: PRODUCTION, version: 1 });
  const contents = new Set<string>();
  await Promise.all([
    (async () => {
      for (let round = 0; round < 20; round += 1) {
        await owner.aliases.set({ model: CHURN, alias: PRODUCTION, version: 1 + (round % 2) });
      }
    })(),
    ...Array.from({ length: 10 }, async () => {
      await using opened = await api.versions.open({ model: CHURN, alias: PRODUCTION });
      const content = (await bytesOf(opened.files[0]!.read())).toString();
      // The bytes are of the version that the answer names, whichever that is.
      assert.equal(content, opened.version.version === 1 ? 'notes on acme/churn' : 'second');
      contents.add(content);
    }),
  ]);
  assert.ok(contents.size >= 1);
});

test('what was refused stands in the record, also where the caller was told that there is nothing', async (t) => {
  const { owner, program } = await sharedHome(t);
  const { api, id } = await program('ci', 'viewer on acme');
  await refusal(api.versions.open({ model: SECRET, version: 1 }));
  const [latest] = await owner.audit.search({ caller: id });
  assert.deepEqual(
    [latest?.action, latest?.resource, latest?.outcome, latest?.code],
    ['version:download', 'beta/secret@1', 'refused', 'ACCESS_DENIED'],
  );
});
