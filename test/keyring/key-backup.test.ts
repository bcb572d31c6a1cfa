import assert from 'node:assert/strict';
import { test } from 'node:test';
import { utf8Bytes, utf8Text } from '../../src/bytes/index.ts';
import { type Keyring, openKeyring, restoreBackup } from '../../src/keyring/index.ts';
import { MemoryGenerationStore } from '../kit/memory-generation-store.ts';
import { code, freshKeyring, keySeal, phrase, place, reopen, unsealKey } from './kit.ts';

const SECRET = new Uint8Array(32).fill(7);
const PASSPHRASE = phrase('in a drawer');

async function backedUp() {
  const { store, keyring } = await freshKeyring();
  await keyring.ensureKey('acme');
  await keyring.rotate('acme');
  const slot = await keyring.recipient('acme').wrap(SECRET, place(keyring));
  return { store, keyring, slot, backup: await keyring.exportBackup(PASSPHRASE) };
}

function assertSameKeys(restored: Keyring, keyring: Keyring): void {
  assert.equal(restored.vault, keyring.vault);
  assert.deepEqual(restored.list(), keyring.list());
  assert.deepEqual(restored.mac('a', SECRET), keyring.mac('a', SECRET));
}

test('a backup restores every key into an empty store, under new seals', async () => {
  const { keyring, slot, backup } = await backedUp();
  const store = new MemoryGenerationStore();
  const options = { store, backup, passphrase: PASSPHRASE, seals: [keySeal(5)] };
  const { keyring: restored, added } = await restoreBackup(options);
  assert.equal(added.length, 1);
  assertSameKeys(restored, keyring);
  assert.equal(restored.generation, keyring.generation + 1);
  assert.notEqual(restored.rootId, keyring.rootId);
  const opened = await reopen(store, 5);
  assert.deepEqual(await opened.identity().unwrap(slot, place(opened)), SECRET);
  assert.equal(await opened.rotate('acme'), 3);
});

test('a restored keyring is newer than any that the caller knows of', async () => {
  const { backup } = await backedUp();
  const store = new MemoryGenerationStore();
  const options = { store, backup, passphrase: PASSPHRASE, seals: [keySeal(5)], minGeneration: 40 };
  assert.equal((await restoreBackup(options)).keyring.generation, 41);
  await openKeyring({ store, unseal: [unsealKey(5)], minGeneration: 41 });
});

test('a keyring that is there is replaced only when that is said, and stays as the backup', async () => {
  const { store, keyring, backup } = await backedUp();
  const options = { store, backup, passphrase: PASSPHRASE, seals: [keySeal(5)] };
  await assert.rejects(restoreBackup(options), code('KEYRING_EXISTS'));
  store.overwrite('keyring', utf8Bytes('rubbish'));
  const { keyring: restored } = await restoreBackup({ ...options, replace: true });
  assertSameKeys(restored, keyring);
  assert.equal(store.all('keyring').length, 2);
  await assert.rejects(keyring.refresh(), code('ROOT_CHANGED'));
});

test('a wrong passphrase is refused like any other key', async () => {
  const { backup } = await backedUp();
  const store = new MemoryGenerationStore();
  const options = { store, backup, passphrase: phrase('in another drawer'), seals: [keySeal(5)] };
  await assert.rejects(restoreBackup(options), {
    code: 'KEY_REFUSED',
    message: 'the key, passphrase or access code was refused',
  });
  assert.equal(store.all('keyring').length, 0);
});

test('an empty passphrase protects nothing', async () => {
  const { keyring } = await freshKeyring();
  await assert.rejects(keyring.exportBackup(phrase('')), code('INPUT_INVALID'));
});

const changes: readonly (readonly [string, string, (text: string) => string])[] = [
  ['another beginning', 'KEY_BACKUP_MALFORMED', (text) => `X${text.slice(1)}`],
  ['a cut end', 'KEY_BACKUP_MALFORMED', (text) => text.slice(0, -1)],
  ['something appended', 'KEY_BACKUP_MALFORMED', (text) => `${text}\n`],
  ['a blank inside', 'KEY_BACKUP_MALFORMED', (text) => text.replace('{', '{ ')],
  ['an unknown field', 'KEY_BACKUP_MALFORMED', (text) => text.replace('{"box"', '{"a":1,"box"')],
  ['a malformed derivation', 'KEY_BACKUP_MALFORMED', (text) => text.replace('$argon2id', '$argon2xx')],
  ['an absurd derivation', 'CONTAINER_LIMIT', (text) => text.replace('m=65536', 'm=999999999')],
  ['another generation', 'KEY_REFUSED', (text) => text.replace('"generation":3', '"generation":4')],
  ['nothing', 'KEY_BACKUP_MALFORMED', () => ''],
];

test('a changed backup is refused', async (t) => {
  const { backup } = await backedUp();
  const text = utf8Text(backup) ?? '';
  for (const [what, expected, change] of changes) {
    await t.test(what, async () => {
      assert.notEqual(change(text), text);
      const options = { store: new MemoryGenerationStore(), backup: utf8Bytes(change(text)) };
      await assert.rejects(
        restoreBackup({ ...options, passphrase: PASSPHRASE, seals: [keySeal(5)] }),
        code(expected),
      );
    });
  }
});
