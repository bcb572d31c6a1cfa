// The record of a home, and what finds out when it, or what is kept beside it, was put back or taken away.
import assert from 'node:assert/strict';
import { cp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  type AliasName,
  type Caller,
  parseAliasName,
  parseNamespaceName,
  type StrongroomApi,
} from '../../src/api/index.ts';
import { parseInclusionFile, parseVkey, verifyInclusionFile } from '../../src/audit/index.ts';
import { utf8Bytes, utf8Text } from '../../src/bytes/index.ts';
import { initHome, openStrongroom, restoreStrongroom } from '../../src/open/index.ts';
import { bytesOf, putOf, temporaryFolder, temporaryHome } from '../kit/temporary-home.ts';
import { CHURN, meddle } from './home-kit.ts';

const ACME = parseNamespaceName('acme');

let made: Promise<string> | undefined;

/** A closed home, and a copy of it from before its last acts; copies of one pair that is made once. */
async function homeWithPast(t: TestContext): Promise<{ readonly home: string; readonly past: string }> {
  made ??= temporaryFolder(t).then(makeHomeWithPast);
  const folder = await temporaryFolder(t);
  await cp(await made, folder, { recursive: true });
  return { home: join(folder, 'home'), past: join(folder, 'past') };
}

async function makeHomeWithPast(folder: string): Promise<string> {
  const [home, past] = [join(folder, 'home'), join(folder, 'past')];
  await initHome({ home });
  await actAndClose(home, 'first');
  await cp(home, past, { recursive: true });
  await actAndClose(home, 'second');
  await actAndClose(home, 'third');
  return folder;
}

async function actAndClose(home: string, name: string): Promise<void> {
  await using strongroom = await openStrongroom({ home });
  await strongroom.api.versions.put(putOf(`${name}/model`, { 'm.bin': name }));
  await strongroom.api.keys.rotate({});
}

async function putBack(from: string, to: string, ...names: readonly string[]): Promise<void> {
  for (const name of names) {
    await rm(join(to, name), { recursive: true, force: true });
    await cp(join(from, name), join(to, name), { recursive: true }).catch(() => undefined);
  }
}

const CATALOGUE = ['catalogue.db', 'catalogue.db-wal', 'catalogue.db-shm'];

for (const [what, names, code] of [
  ['log', ['audit'], 'AUDIT_ROLLED_BACK'],
  ['catalogue', CATALOGUE, 'AUDIT_ROLLED_BACK'],
  ['catalogue with its keyring', [...CATALOGUE, 'keys'], 'AUDIT_ROLLED_BACK'],
  ['keyring', ['keys'], 'KEYRING_ROLLED_BACK'],
] as const) {
  test(`an older ${what} is refused when the home is opened`, async (t) => {
    const { home, past } = await homeWithPast(t);
    await putBack(past, home, ...names);
    await assert.rejects(openStrongroom({ home }), { code, kind: 'damaged' });
  });
}

for (const [what, names, code] of [
  ['whole folder', ['audit'], 'AUDIT_ROLLED_BACK'],
  ['state', ['audit/state.json'], 'AUDIT_DAMAGED'],
  ['tiles', ['audit/tile'], 'AUDIT_DAMAGED'],
] as const) {
  test(`taking away the ${what} of the record is found when the home is opened`, async (t) => {
    const { home } = await homeWithPast(t);
    for (const name of names) await rm(join(home, name), { recursive: true });
    await assert.rejects(openStrongroom({ home }), { code });
  });
}

test('a note of the log that was changed in the catalogue is refused', async (t) => {
  const { home } = await homeWithPast(t);
  meddle(home, "update meta set value = '1' || substr(value, instr(value, ' ')) where name = 'audit'");
  await assert.rejects(openStrongroom({ home }), { code: 'CATALOGUE_DAMAGED' });
  meddle(home, "delete from meta where name = 'audit'");
  await assert.rejects(openStrongroom({ home }), { code: 'AUDIT_ROLLED_BACK' });
});

test('a download tells which bytes of which file left, with which key, and by which rule', async (t) => {
  const { strongroom } = await temporaryHome(t);
  const { api } = strongroom;
  await api.versions.put(putOf('acme/churn', { 'm.bin': '0123456789', 'n.bin': 'abc' }));
  {
    await using opened = await api.versions.open({ model: CHURN });
    const [first, second] = opened.files;
    await bytesOf(first!.read({ start: 2, end: 5 }));
    await bytesOf(first!.read({ start: 5, end: 7 }));
    await bytesOf(second!.read());
  }
  const [act] = await api.audit.search({ action: 'version:download' });
  assert.deepEqual(
    [act?.outcome, act?.rule, act?.version, act?.key, act?.bytes, act?.ranges],
    [
      'done',
      'owner',
      'acme/churn@1',
      'acme@1',
      8,
      [
        { file: 'm.bin', ranges: [[2, 7]] },
        { file: 'n.bin', ranges: [[0, 3]] },
      ],
    ],
  );
});

test('what is refused stands there with who asked, and addresses can be searched for but not read', async (t) => {
  const { strongroom } = await temporaryHome(t);
  const stranger: Caller = {
    type: 'user',
    id: 'user:eve',
    address: '203.0.113.9',
    requestId: 'request-1',
    methods: ['pwd'],
    credential: 'session-7',
  };
  await assert.rejects(strongroom.apiFor(stranger).models.list(), { code: 'ACCESS_DENIED' });
  const { audit } = strongroom.api;
  const [act, ...others] = await audit.search({ address: '203.0.113.9' });
  assert.deepEqual(others, []);
  const { address, ...caller } = act!.caller!;
  assert.match(address ?? '', /^hmac-sha256:[0-9a-f]{32}$/);
  assert.deepEqual(caller, { type: 'user', id: 'user:eve', methods: ['pwd'], credential: 'session-7' });
  assert.deepEqual([act?.outcome, act?.code, act?.requestId], ['refused', 'ACCESS_DENIED', 'request-1']);
  assert.deepEqual(await audit.search({ address: '203.0.113.8' }), []);
});

test('acts are found by who, what, on what, how they ended and when, page by page', async (t) => {
  const { strongroom } = await temporaryHome(t);
  const { audit, namespaces } = strongroom.api;
  for (const name of ['one', 'two', 'three']) await namespaces.create({ name: parseNamespaceName(name) });
  await assert.rejects(namespaces.create({ name: parseNamespaceName('one') }));
  const resources = async (query: Parameters<StrongroomApi['audit']['search']>[0]) =>
    (await audit.search(query)).map(({ resource }) => resource);
  assert.deepEqual(await resources({ action: 'namespace:create', outcome: 'done' }), ['three', 'two', 'one']);
  assert.deepEqual(await resources({ outcome: 'failed' }), ['one']);
  assert.deepEqual(await resources({ resource: 'tw*' }), ['two']);
  assert.deepEqual(await resources({ caller: 'user:ada' }), []);
  const [newest] = await audit.search({ action: 'namespace:*', limit: 1 });
  const before = newest!.index;
  assert.deepEqual(await resources({ action: 'namespace:*', before, limit: 2 }), ['three', 'two']);
  assert.deepEqual(await resources({ action: 'namespace:*', to: '2001-01-01T00:00:00.000Z' }), []);
});

test('every caller gets a receipt of their own acts, and of no others', async (t) => {
  const { strongroom } = await temporaryHome(t);
  const owner: Caller = { type: 'local', id: 'local', requestId: 'mine' };
  await strongroom.apiFor(owner).namespaces.create({ name: parseNamespaceName('mine') });
  const { proof } = await strongroom.api.audit.receipt({ requestId: 'mine' });
  const { keys } = await strongroom.api.audit.key();
  const verified = verifyInclusionFile(parseInclusionFile(utf8Bytes(proof)), parseVkey(keys[0]!));
  assert.match(utf8Text(verified.entry) ?? '', /"requestId":"mine"/);
  await assert.rejects(strongroom.api.audit.receipt({ requestId: 'other' }), { code: 'AUDIT_ENTRY_MISSING' });
});

test('a tile that the record does not have is missing, and one that it has comes as it is', async (t) => {
  const { strongroom } = await temporaryHome(t);
  const { audit } = strongroom.api;
  const size = Number((await audit.checkpoint()).split('\n')[1]);
  assert.ok(size > 1 && size < 256);
  const [whole] = await audit.tiles({ tiles: [{ level: 0, index: 0, width: size }] });
  assert.equal(whole?.length, size * 32);
  for (const tile of [
    { level: 'entries', index: 744_108, width: 183 },
    { level: 3, index: 362, width: 1 },
    { level: 0, index: 0, width: 256 },
  ] as const)
    await assert.rejects(audit.tiles({ tiles: [tile] }), { code: 'AUDIT_ENTRY_MISSING' });
});

test('a witness signs for a log that only grew, and for no other', async (t) => {
  const [one, two] = [await temporaryHome(t), await temporaryHome(t)];
  const [log, witness] = [one.strongroom.api, two.strongroom.api];
  const { keys } = await log.audit.key();
  const first = await log.audit.consistency({ size: 0 });
  await assert.rejects(witness.audit.cosign({ growth: first }), { code: 'AUDIT_ENTRY_MISSING' });
  await assert.rejects(witness.audit.cosign({ growth: 'no proof' }), { code: 'AUDIT_WITNESS_REFUSED' });
  await witness.audit.witness({ key: keys[0]! });
  assert.match(await witness.audit.cosign({ growth: first }), /^— strongroom\/.*\/witness /);
  const seen = async () => (await witness.audit.witnessed())[0]?.size ?? 0;
  await log.namespaces.create({ name: parseNamespaceName('more') });
  const more = await log.audit.consistency({ size: await seen() });
  await witness.audit.cosign({ growth: more });
  await assert.rejects(witness.audit.cosign({ growth: more }), { code: 'AUDIT_WITNESS_REFUSED' });
  // A log that was put back and went on otherwise is signed by the same key.
  const other = await openFork(t, one);
  await witness.audit.cosign({ growth: await log.audit.consistency({ size: await seen() }) });
  const size = await seen();
  while (Number((await other.audit.checkpoint()).split('\n')[1]) <= size) await other.namespaces.list();
  const forked = await other.audit.consistency({ size });
  await assert.rejects(witness.audit.cosign({ growth: forked }), { code: 'AUDIT_WITNESS_REFUSED' });
});

/** A home from the backup of another one. */
async function openFork(
  t: TestContext,
  { folder, home, strongroom }: Awaited<ReturnType<typeof temporaryHome>>,
): Promise<StrongroomApi> {
  const [backup, restored] = [join(folder, 'backup'), join(folder, 'restored')];
  await strongroom.backup({ destination: backup });
  await restoreStrongroom({ source: backup, home: restored });
  await cp(join(home, 'root.key'), join(restored, 'root.key'));
  for (const name of ['x', 'y']) await strongroom.api.namespaces.create({ name: parseNamespaceName(name) });
  const fork = await openStrongroom({ home: restored });
  t.after(() => fork.close());
  return fork.api;
}

test('a backup that was made in use has the record of every act that it holds the effect of', async (t) => {
  const { folder, strongroom, home } = await temporaryHome(t);
  const names = Array.from({ length: 12 }, (_, at) => parseNamespaceName(`n${at}`));
  const acts = (async () => {
    for (const name of names) await strongroom.api.namespaces.create({ name });
  })();
  await strongroom.backup({ destination: join(folder, 'backup') });
  await acts;
  await restoreStrongroom({ source: join(folder, 'backup'), home: join(folder, 'restored') });
  await cp(join(home, 'root.key'), join(folder, 'restored', 'root.key'));
  await using restored = await openStrongroom({ home: join(folder, 'restored') });
  const { audit, namespaces } = restored.api;
  const recorded = new Set(
    (await audit.search({ action: 'namespace:create', limit: 1000 })).map(({ resource }) => resource),
  );
  const there = (await namespaces.list()).map(({ name }) => name).filter((name) => names.includes(name));
  for (const name of there) assert.ok(recorded.has(name), `${name} is on the record`);
  assert.deepEqual((await audit.verify()).findings, []);
});

test('a backup whose record was changed is refused', async (t) => {
  const { folder, strongroom } = await temporaryHome(t);
  const source = join(folder, 'backup');
  await strongroom.backup({ destination: source });
  const [partial = ''] = await readdir(join(source, 'audit', 'tile', '0', '000.p'));
  await rm(join(source, 'audit', 'tile', '0', '000.p', partial));
  await assert.rejects(restoreStrongroom({ source, home: join(folder, 'restored') }), {
    code: 'BACKUP_MALFORMED',
  });
});

test('the record of an older strongroom is taken over into the log', async (t) => {
  const { home, strongroom } = await temporaryHome(t);
  await strongroom.close();
  meddle(
    home,
    "insert into acts (sequence, at, caller, action, resource, outcome, code) values (7, '2025-01-02T03:04:05.678Z', 'local', 'version:create', 'acme/churn', 'failed', 'STORAGE_FULL')",
  );
  for (const _ of [1, 2]) {
    await using again = await openStrongroom({ home });
    const events = await again.api.audit.search({ action: 'record.taken-over' });
    assert.deepEqual(
      events.map(({ resource, code, details }) => [resource, code, details?.['sequence'], details?.['at']]),
      [['acme/churn', 'STORAGE_FULL', 7, '2025-01-02T03:04:05.678Z']],
    );
  }
});

test('a home of many openings and acts stays sound', async (t) => {
  const { home, strongroom } = await temporaryHome(t);
  await strongroom.api.versions.put(putOf('acme/churn', { 'm.bin': 'one' }));
  await using second = await openStrongroom({ home });
  const alias = (at: number): AliasName => parseAliasName(`a${at}`);
  await Promise.all(
    [strongroom, second].flatMap(({ api }, which) =>
      Array.from({ length: 20 }, (_, at) =>
        api.aliases.set({ model: CHURN, alias: alias(which * 100 + at), version: 1 }),
      ),
    ),
  );
  await second.close();
  const { audit, namespaces } = strongroom.api;
  await namespaces.get({ name: ACME });
  const report = await audit.verify();
  assert.deepEqual([report.findings, report.openActs], [[], 0]);
  assert.equal((await audit.search({ action: 'alias:set', limit: 1000 })).length, 40);
});
