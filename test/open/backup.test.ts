import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { appendFile, cp, mkdir, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { Passphrase } from '../../src/bytes/index.ts';
import { isStrongroomError } from '../../src/errors/index.ts';
import { generateRootKey } from '../../src/keyring/index.ts';
import { openStrongroom, restoreKeys, restoreStrongroom } from '../../src/open/index.ts';
import { putOf, temporaryFolder, temporaryHome } from '../kit/temporary-home.ts';
import { blobFolder, contentOf, newestOf, PRODUCTION, rewrite } from './home-kit.ts';

const WEIGHTS = randomBytes(400_000);

interface BackedUp {
  readonly folder: string;
  readonly home: string;
  readonly backup: string;
  /** The folder of the first version's blob, in the backup. */
  readonly blob: string;
}

let made: Promise<BackedUp> | undefined;

/** A copy of a home and its backup, which are made once. */
async function makeBackup(t: TestContext): Promise<BackedUp> {
  made ??= makeFirstBackup(t);
  const { folder: first, backup, home, blob } = await made;
  const folder = await temporaryFolder(t);
  const moved = (path: string): string => join(folder, relative(first, path));
  await cp(first, folder, { recursive: true });
  return { folder, home: moved(home), backup: moved(backup), blob: moved(blob) };
}

async function makeFirstBackup(t: TestContext): Promise<BackedUp> {
  const { folder, home, strongroom } = await temporaryHome(t);
  const { versions, keys } = strongroom.api;
  const one = await versions.put(putOf('acme/churn', { 'm.bin': WEIGHTS }));
  await versions.put(putOf('acme/churn', { 'm.bin': 'two' }, { aliases: [PRODUCTION] }));
  await keys.rotate({});
  const backup = join(folder, 'backup');
  const report = await strongroom.backup({ destination: backup });
  assert.equal(report.blobs, 2);
  await strongroom.close();
  return { folder, home, backup, blob: blobFolder(backup, one) };
}

test('a backup holds no root key, and what it restores opens with the old one', async (t) => {
  const { folder, home, backup } = await makeBackup(t);
  assert.deepEqual((await readdir(backup)).sort(), ['audit', 'backup.json', 'blobs', 'catalogue.db', 'keys']);
  for (const name of await readdir(backup, { recursive: true })) {
    assert.equal((await stat(join(backup, name))).mode & 0o077, 0, `${name} is private`);
  }
  const restored = join(folder, 'restored');
  const report = await restoreStrongroom({ source: backup, home: restored });
  assert.equal(report.blobs, 2);
  await assert.rejects(openStrongroom({ home: restored }), { code: 'KEY_REFUSED' });
  const env = { STRONGROOM_ROOT_KEY_FILE: join(home, 'root.key') };
  await using strongroom = await openStrongroom({ home: restored, env });
  assert.ok((await contentOf(strongroom, 1)).equals(WEIGHTS));
  assert.deepEqual((await strongroom.api.versions.verify({})).findings, []);
  assert.equal((await strongroom.api.versions.put(putOf('acme/churn', { 'm.bin': 'three' }))).version, 3);
});

test('neither a backup nor a home is written over what is there', async (t) => {
  const { folder, home, backup } = await makeBackup(t);
  await using strongroom = await openStrongroom({ home });
  await assert.rejects(strongroom.backup({ destination: backup }), { code: 'STORAGE_CONFLICT' });
  await assert.rejects(restoreStrongroom({ source: backup, home }), { code: 'STORAGE_CONFLICT' });
  const taken = join(folder, 'taken');
  await mkdir(taken);
  await writeFile(join(taken, 'mine'), 'a file of the user');
  await assert.rejects(restoreStrongroom({ source: backup, home: taken }), { code: 'STORAGE_CONFLICT' });
  assert.deepEqual(await readdir(taken), ['mine']);
  assert.ok((await contentOf(strongroom, 1)).equals(WEIGHTS));
});

test('what is no backup is missing', async (t) => {
  const { folder, home } = await makeBackup(t);
  for (const source of [join(folder, 'nowhere'), home]) {
    const restore = restoreStrongroom({ source, home: join(folder, 'restored') });
    await assert.rejects(restore, { code: 'BACKUP_MISSING' });
  }
});

const flipAt = (share: number) => (bytes: Buffer) => {
  bytes[Math.floor(bytes.length * share)]! ^= 1;
  return bytes;
};

const DAMAGES: readonly (readonly [string, (backup: BackedUp) => Promise<void>])[] = [
  ['a flipped bit in a payload', ({ blob }) => rewrite(join(blob, 'payload'), flipAt(0.5))],
  ['a payload that is cut', ({ blob }) => truncate(join(blob, 'payload'), 1000)],
  ['a payload that goes on', ({ blob }) => appendFile(join(blob, 'payload'), 'x')],
  ['a payload that is gone', ({ blob }) => rm(join(blob, 'payload'))],
  ['a blob that is gone', ({ blob }) => rm(blob, { recursive: true })],
  ['a header that is none', async ({ blob }) => writeFile(await newestOf(blob, 'header'), 'x')],
  [
    'a blob under the name of another',
    ({ blob }) => cp(blob, `${blob.slice(0, -3)}AAA`, { recursive: true }),
  ],
  ['a flipped bit in the catalogue', ({ backup }) => rewrite(join(backup, 'catalogue.db'), flipAt(0.7))],
  ['a catalogue that is gone', ({ backup }) => rm(join(backup, 'catalogue.db'))],
  [
    'a flipped bit in the keyring',
    async ({ backup }) => rewrite(await newestOf(join(backup, 'keys'), 'keyring'), flipAt(0.9)),
  ],
  ['a keyring that is gone', ({ backup }) => rm(join(backup, 'keys'), { recursive: true })],
  ['a note that makes no sense', ({ backup }) => writeFile(join(backup, 'backup.json'), '{}\n')],
  ['a note of a gigabyte', ({ backup }) => truncate(join(backup, 'backup.json'), 2 ** 30)],
];

suite('a backup with', { concurrency: 3 }, () => {
  for (const [what, damage] of DAMAGES) {
    test(`${what} is refused, and nothing is left where the home would be`, async (t) => {
      const made = await makeBackup(t);
      await damage(made);
      const before = (await readdir(made.folder)).sort();
      const home = join(made.folder, 'restored');
      await assert.rejects(
        restoreStrongroom({ source: made.backup, home }),
        (error) => isStrongroomError(error) && ['damaged', 'missing', 'limited'].includes(error.kind),
      );
      assert.deepEqual((await readdir(made.folder)).sort(), before);
    });
  }
});

test('a home without its keyring gets its keys back from their backup', async (t) => {
  const { folder, home, strongroom } = await temporaryHome(t);
  await strongroom.api.versions.put(putOf('acme/churn', { 'm.bin': 'one' }));
  const passphrase = Passphrase.fromText('for the safe');
  const backup = await strongroom.api.keys.backup({ passphrase });
  await strongroom.close();
  await rm(join(home, 'keys'), { recursive: true });
  await assert.rejects(openStrongroom({ home }), { code: 'STORAGE_MISSING' });
  const key = generateRootKey();
  const seals = [{ kind: 'key-file', key: key.expose() }] as const;
  const wrong = Passphrase.fromText('for the save');
  await assert.rejects(restoreKeys({ home, backup, passphrase: wrong, seals }), { code: 'KEY_REFUSED' });
  const nowhere = join(folder, 'nowhere');
  await assert.rejects(restoreKeys({ home: nowhere, backup, passphrase, seals }), { code: 'HOME_MISSING' });
  await restoreKeys({ home, backup, passphrase, seals });
  await using reopened = await openStrongroom({ home, unseal: [{ kind: 'key', key }] });
  assert.equal((await contentOf(reopened, 1)).toString(), 'one');
  assert.deepEqual((await reopened.api.versions.verify({})).findings, []);
});
