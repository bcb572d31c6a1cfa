import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { createKeyring, openKeyring } from '../../src/keyring/index.ts';
import { MemoryGenerationStore } from '../kit/memory-generation-store.ts';
import { code, freshKeyring, keySeal, place, reopen, unsealKey } from './kit.ts';

const SECRET = new Uint8Array(32).fill(7);

test('keys wrap and unwrap, across processes and rotations', async () => {
  const { store, keyring } = await freshKeyring();
  assert.equal(await keyring.ensureKey('acme'), 1);
  assert.equal(await keyring.ensureKey('acme'), 1);
  const recipient = keyring.recipient('acme');
  const first = await recipient.wrap(SECRET, place(keyring));
  assert.deepEqual({ ...first, wrapped: '' }, { type: 'kek', key: 'acme', version: 1, wrapped: '' });
  assert.equal(await keyring.rotate('acme'), 2);
  const second = await recipient.wrap(SECRET, place(keyring));
  assert.equal(second.type === 'kek' && second.version, 2);
  const other = await reopen(store);
  for (const slot of [first, second]) {
    assert.deepEqual(await other.identity().unwrap(slot, place(keyring)), SECRET);
  }
  assert.deepEqual(other.list(), keyring.list());
});

test('a slot opens at its own place, under its own key and version only', async () => {
  const { keyring } = await freshKeyring();
  await keyring.ensureKey('acme');
  await keyring.rotate('acme');
  await keyring.ensureKey('acme/churn');
  const slot = await keyring.recipient('acme').wrap(SECRET, place(keyring));
  assert.ok(slot.type === 'kek');
  const identity = keyring.identity();
  const here = place(keyring);
  await assert.rejects(identity.unwrap(slot, place(keyring, 'BBBBBBBBBBBBBBBBBBBBBA')), code('KEY_REFUSED'));
  await assert.rejects(identity.unwrap({ ...slot, version: 1 }, here), code('KEY_REFUSED'));
  await assert.rejects(
    identity.unwrap({ ...slot, key: 'acme/churn', version: 1 }, here),
    code('KEY_REFUSED'),
  );
  await assert.rejects(identity.unwrap({ ...slot, wrapped: 'AAAA' }, here), code('KEY_REFUSED'));
  assert.equal(await identity.unwrap({ ...slot, key: 'other' }, here), undefined);
  assert.equal(await identity.unwrap({ ...slot, version: 3 }, here), undefined);
  const elsewhere = { ...here, vault: 'BBBBBBBBBBBBBBBBBBBBBA' };
  assert.equal(await identity.unwrap(slot, elsewhere), undefined);
  await assert.rejects(keyring.recipient('acme').wrap(SECRET, elsewhere), code('INPUT_INVALID'));
});

test('a version that ended does not open, and says why', async () => {
  const { keyring } = await freshKeyring();
  await keyring.ensureKey('acme');
  const slot = await keyring.recipient('acme').wrap(SECRET, place(keyring));
  await keyring.rotate('acme');
  const identity = keyring.identity();
  assert.ok(keyring.usable('acme', 1));
  await keyring.disable('acme', 1);
  assert.ok(!keyring.usable('acme', 1));
  await assert.rejects(identity.unwrap(slot, place(keyring)), code('KEY_DISABLED'));
  await keyring.enable('acme', 1);
  assert.deepEqual(await identity.unwrap(slot, place(keyring)), SECRET);
  await keyring.disable('acme', 1);
  const key = await keyring.destroy('acme', 1);
  assert.equal(key.versions[0]?.state, 'destroyed');
  await assert.rejects(identity.unwrap(slot, place(keyring)), code('KEY_DESTROYED'));
  assert.ok(!keyring.usable('acme', 1) && !keyring.usable('acme', 9) && !keyring.usable('other', 1));
  await keyring.removeKey('acme');
  await keyring.removeKey('acme');
  assert.equal(await identity.unwrap(slot, place(keyring)), undefined);
  assert.deepEqual(keyring.list(), []);
});

test('what was destroyed or removed is in no generation any more', async () => {
  const { store, keyring } = await freshKeyring();
  await keyring.ensureKey('acme');
  await keyring.rotate('acme');
  await keyring.disable('acme', 1);
  assert.ok(store.all('keyring').length > 1);
  await keyring.destroy('acme', 1);
  assert.equal(store.all('keyring').length, 1);
  await keyring.rotate('acme');
  await keyring.removeKey('acme');
  assert.equal(store.all('keyring').length, 1);
});

test('a key that is made again after its removal does not open what the first one wrapped', async () => {
  const { keyring } = await freshKeyring();
  await keyring.ensureKey('acme');
  const slot = await keyring.recipient('acme').wrap(SECRET, place(keyring));
  await keyring.removeKey('acme');
  await keyring.ensureKey('acme');
  await assert.rejects(keyring.identity().unwrap(slot, place(keyring)), code('KEY_REFUSED'));
});

test('unknown keys are unknown and bad names are refused', async () => {
  const { keyring } = await freshKeyring();
  assert.throws(() => keyring.get('acme'), code('KEY_UNKNOWN'));
  assert.throws(() => keyring.recipient('acme'), code('KEY_UNKNOWN'));
  await assert.rejects(keyring.rotate('acme'), code('KEY_UNKNOWN'));
  await assert.rejects(keyring.disable('acme', 1), code('KEY_UNKNOWN'));
  for (const name of ['', 'Acme', 'a/b/c', '../x', '__proto__', 'acme/', 'аcme']) {
    await assert.rejects(keyring.ensureKey(name), code('NAME_INVALID'), name);
  }
});

test('a mac depends on label, bytes and keyring, and survives everything but another keyring', async () => {
  const { store, keyring } = await freshKeyring();
  const bytes = new TextEncoder().encode('row 1');
  const mac = keyring.mac('catalogue', bytes);
  assert.equal(mac.length, 32);
  await keyring.changeRoot([keySeal(2)]);
  const other = await reopen(store, 2);
  assert.ok(other.verifyMac('catalogue', bytes, mac));
  assert.ok(!other.verifyMac('audit', bytes, mac));
  assert.ok(!other.verifyMac('catalogue', bytes.subarray(1), mac));
  assert.ok(!other.verifyMac('catalogue', bytes, mac.subarray(1)));
  const { keyring: another } = await freshKeyring();
  assert.ok(!another.verifyMac('catalogue', bytes, mac));
});

test('two processes change different keys at once and both see everything', async () => {
  const { store, keyring } = await freshKeyring();
  const other = await reopen(store);
  const names = ['alpha', 'beta', 'gamma', 'delta'];
  await Promise.all(names.flatMap((name) => [keyring.ensureKey(name), other.ensureKey(name)]));
  await Promise.all(names.map((name, at) => (at % 2 === 0 ? keyring : other).rotate(name)));
  await Promise.all([keyring.refresh(), other.refresh()]);
  assert.deepEqual(keyring.list(), other.list());
  assert.deepEqual(
    keyring.list().map(({ name, versions }) => [name, versions.length]),
    names.toSorted().map((name) => [name, 2]),
  );
  assert.equal(keyring.generation, 1 + 2 * names.length);
});

test('a version that another process made is found without asking for a refresh', async () => {
  const { store, keyring } = await freshKeyring();
  await keyring.ensureKey('acme');
  const other = await reopen(store);
  await other.rotate('acme');
  const slot = await other.recipient('acme').wrap(SECRET, place(other));
  assert.deepEqual(await keyring.identity().unwrap(slot, place(keyring)), SECRET);
});

test('a change gives up when others are always faster', async () => {
  const { store, keyring } = await freshKeyring();
  await keyring.ensureKey('acme');
  const other = await reopen(store);
  store.onWrite = async (write, moment) => {
    if (write === 'publish' && moment === 'before') await other.rotate('acme');
  };
  await assert.rejects(keyring.ensureKey('beta'), code('STORAGE_CONFLICT'));
  store.onWrite = () => undefined;
  assert.equal(await keyring.ensureKey('beta'), 1);
});

test('an older keyring put back is refused at opening and while running', async () => {
  const { store, keyring } = await freshKeyring();
  const old = store.snapshot();
  await keyring.ensureKey('acme');
  const { generation } = keyring;
  const unseal = [unsealKey(1)];
  await assert.rejects(
    openKeyring({ store: old, unseal, minGeneration: generation }),
    code('KEYRING_ROLLED_BACK'),
  );
  await openKeyring({ store, unseal, minGeneration: generation });
  store.files.set('keyring', [...old.all('keyring')]);
  await assert.rejects(keyring.refresh(), code('KEYRING_ROLLED_BACK'));
  await assert.rejects(keyring.rotate('acme'), code('KEYRING_ROLLED_BACK'));
});

test('an older keyring under a newer file name is refused too', async () => {
  const { store, keyring } = await freshKeyring();
  const bytes = store.all('keyring')[0]!.bytes;
  await keyring.ensureKey('acme');
  await store.publish('keyring', bytes, 2);
  await assert.rejects(keyring.refresh(), code('KEYRING_ROLLED_BACK'));
});

test('a keyring that vanished, or of another strongroom, is refused while running', async () => {
  const { store, keyring } = await freshKeyring();
  const { store: strange, keyring: stranger } = await freshKeyring();
  await stranger.ensureKey('acme');
  store.files.set('keyring', [...strange.all('keyring')]);
  await assert.rejects(keyring.refresh(), code('KEYRING_TAMPERED'));
  store.files.clear();
  await assert.rejects(keyring.refresh(), code('KEYRING_MISSING'));
  await assert.rejects(reopen(store), code('KEYRING_MISSING'));
});

test('a keyring is made once only', async () => {
  const { store } = await freshKeyring();
  await assert.rejects(createKeyring({ store, seals: [keySeal(1)] }), code('KEYRING_EXISTS'));
  const empty = new MemoryGenerationStore();
  const both = [empty, empty.another()].map((each) => createKeyring({ store: each, seals: [keySeal(1)] }));
  const outcomes = await Promise.allSettled(both);
  assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  assert.ok(code('KEYRING_EXISTS')(failed?.reason));
  await assert.rejects(
    createKeyring({ store: new MemoryGenerationStore(), seals: [keySeal(1)], vault: 'short' }),
    code('INPUT_INVALID'),
  );
});

test('after close nothing works, and nothing is printed of it before', async () => {
  const { store, keyring } = await freshKeyring();
  await keyring.ensureKey('acme');
  const recipient = keyring.recipient('acme');
  const identity = keyring.identity();
  const slot = await recipient.wrap(SECRET, place(keyring));
  const here = place(keyring);
  const printed = inspect(keyring, { depth: 9, showHidden: true }) + JSON.stringify(keyring);
  assert.doesNotMatch(printed, /material|macKey/);
  keyring.close();
  keyring.close();
  assert.throws(() => keyring.list(), code('KEYRING_CLOSED'));
  assert.throws(() => keyring.mac('a', SECRET), code('KEYRING_CLOSED'));
  await assert.rejects(recipient.wrap(SECRET, here), code('KEYRING_CLOSED'));
  await assert.rejects(identity.unwrap(slot, here), code('KEYRING_CLOSED'));
  await assert.rejects(keyring.rotate('acme'), code('KEYRING_CLOSED'));
  const again = await reopen(store);
  assert.deepEqual(await again.identity().unwrap(slot, here), SECRET);
});

test('timestamps come from the clock that was given', async () => {
  const store = new MemoryGenerationStore();
  const now = () => new Date('2026-01-02T03:04:05.678Z');
  const { keyring, added } = await createKeyring({ store, seals: [keySeal(1)], now });
  await keyring.ensureKey('acme');
  assert.equal(added[0]?.seal.createdAt, '2026-01-02T03:04:05.678Z');
  assert.deepEqual(keyring.get('acme').versions, [
    { version: 1, state: 'active', createdAt: '2026-01-02T03:04:05.678Z' },
  ]);
});
