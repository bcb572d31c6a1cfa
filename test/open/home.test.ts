import assert from 'node:assert/strict';
import { readdir, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { isStrongroomError } from '../../src/errors/index.ts';
import { initHome, openStrongroom } from '../../src/open/index.ts';
import { putOf, temporaryFolder, temporaryHome } from '../kit/temporary-home.ts';
import { CHURN, meddle } from './home-kit.ts';

async function closedHome(t: TestContext): Promise<string> {
  const home = join(await temporaryFolder(t), 'home');
  await initHome({ home });
  return home;
}

test('a folder that is no home is missing, and a home is not made twice', async (t) => {
  const folder = await temporaryFolder(t);
  await assert.rejects(openStrongroom({ home: folder }), { code: 'HOME_MISSING' });
  await assert.rejects(openStrongroom({ home: join(folder, 'nowhere') }), { code: 'HOME_MISSING' });
  const home = await closedHome(t);
  await assert.rejects(initHome({ home }), { code: 'HOME_EXISTS' });
  await writeFile(join(folder, 'mine'), 'a file of the user');
  await assert.rejects(initHome({ home: folder }), { code: 'STORAGE_CONFLICT' });
  assert.deepEqual(await readdir(folder), ['mine']);
});

test('a home that a newer version made is left alone, whatever else its note says', async (t) => {
  const home = await closedHome(t);
  for (const note of ['{"format":"strongroom-home/2","vault":7}\n', '{"format":"strongroom-home/10"}\n']) {
    await writeFile(join(home, 'strongroom.json'), note);
    await assert.rejects(openStrongroom({ home }), { code: 'HOME_NEWER', kind: 'invalid' });
  }
});

test('a catalogue that a newer version has changed is left alone', async (t) => {
  const home = await closedHome(t);
  meddle(home, "update meta set value = '999' where name = 'format_version'");
  await assert.rejects(openStrongroom({ home }), { code: 'HOME_NEWER' });
});

test('a home of before there was access is brought up to date, and what it holds still holds', async (t) => {
  const { home, strongroom } = await temporaryHome(t);
  await strongroom.api.versions.put(putOf('acme/churn', { 'a.txt': 'a' }));
  await strongroom.close();
  meddle(
    home,
    `drop table documents; drop table document_changes; alter table models drop column protection;
     update meta set value = '2' where name = 'format_version'`,
  );
  await using again = await openStrongroom({ home });
  const model = await again.api.models.get({ model: CHURN });
  assert.deepEqual([model.protection, model.versionCount], ['none', 1]);
  assert.equal((await again.api.serviceAccounts.create({ name: 'ci' })).state, 'active');
});

test('protection that was switched off in the database is found out', async (t) => {
  const { home, strongroom } = await temporaryHome(t);
  await strongroom.api.versions.put(putOf('acme/churn', { 'a.txt': 'a' }));
  await strongroom.api.models.configure({ model: CHURN, protection: 'two-person' });
  meddle(home, "update models set protection = 'none'");
  await assert.rejects(strongroom.api.versions.open({ model: CHURN }), { code: 'REGISTRY_TAMPERED' });
});

const BAD_NOTES: readonly (readonly [string, string])[] = [
  ['empty', ''],
  ['no JSON', 'hello\n'],
  ['without its end', '{"format":"strongroom-home/1","vault":"AAAAAAAAAAAAAAAAAAAAAA"}'],
  ['of another program', '{"format":"other/1","vault":"AAAAAAAAAAAAAAAAAAAAAA"}\n'],
  ['without a vault', '{"format":"strongroom-home/1"}\n'],
  ['with a field twice', '{"format":"strongroom-home/1","format":"strongroom-home/1","vault":"A"}\n'],
  ['nested deeply', `${'['.repeat(2000)}${']'.repeat(2000)}\n`],
  ['of another home', '{"format":"strongroom-home/1","vault":"AAAAAAAAAAAAAAAAAAAAAA"}\n'],
];

for (const [what, note] of BAD_NOTES) {
  test(`a note of the home that is ${what} is found out`, async (t) => {
    const home = await closedHome(t);
    await writeFile(join(home, 'strongroom.json'), note);
    await assert.rejects(openStrongroom({ home }), { code: 'HOME_MALFORMED', kind: 'damaged' });
  });
}

test('a note of a gigabyte is refused by its size', async (t) => {
  const home = await closedHome(t);
  await truncate(join(home, 'strongroom.json'), 2 ** 30);
  await assert.rejects(openStrongroom({ home }), { code: 'STORAGE_TOO_LARGE' });
});

test('a home without its catalogue does not open as an empty one', async (t) => {
  const home = await closedHome(t);
  for (const name of ['catalogue.db', 'catalogue.db-wal', 'catalogue.db-shm'])
    await rm(join(home, name), { force: true });
  await assert.rejects(openStrongroom({ home }), { code: 'CATALOGUE_DAMAGED' });
  await writeFile(join(home, 'catalogue.db'), '');
  await assert.rejects(openStrongroom({ home }), { code: 'CATALOGUE_DAMAGED' });
  await writeFile(
    join(home, 'catalogue.db'),
    'this is no database, it is a text of some length '.repeat(100),
  );
  await assert.rejects(openStrongroom({ home }), { code: 'CATALOGUE_DAMAGED' });
});

test('a catalogue of another home is found out', async (t) => {
  const home = await closedHome(t);
  meddle(home, "update meta set value = 'AAAAAAAAAAAAAAAAAAAAAA' where name = 'vault'");
  await assert.rejects(openStrongroom({ home }), { code: 'HOME_MALFORMED' });
  meddle(home, "delete from meta where name = 'vault'");
  await assert.rejects(openStrongroom({ home }), { code: 'HOME_MALFORMED' });
});

test('links in the place of what belongs to a home are not followed', async (t) => {
  for (const name of ['keys', 'blobs', 'catalogue.db']) {
    const home = await closedHome(t);
    const other = join(home, '..', `other-${name}`);
    await rename(join(home, name), other);
    await symlink(other, join(home, name));
    await assert.rejects(openStrongroom({ home }), { code: 'STORAGE_PATH_UNSAFE' });
  }
});

suite('the configuration', () => {
  const refusals: readonly (readonly [string, string, RegExp])[] = [
    ['is not TOML', '[limits\nmax_files = 1', /not toml.*line 1/i],
    ['has an unknown section', '[limit]\nmax_files = 1', /limit/],
    ['misspells a setting', '[limits]\nmax_file = 1', /limits.*max_file/],
    ['has a word for a number', '[limits]\nmax_files = "many"', /limits\.max_files/],
    ['has a number that is too small', '[limits]\nmax_files = 0', /limits\.max_files/],
    ['has a fraction', '[limits]\nmin_free_bytes = 1.5', /limits\.min_free_bytes/],
    ['has a table for a text', '[root]\nkey_file = { a = 1 }', /root\.key_file/],
    ['asks for an unknown compression', '[seal]\ncompression = "lzma"', /seal\.compression/],
    ['is a value and no section', 'limits = 1', /limits/],
  ];
  for (const [what, text, named] of refusals) {
    test(`that ${what} is refused by name`, async (t) => {
      const home = await closedHome(t);
      await writeFile(join(home, 'config.toml'), text);
      await assert.rejects(openStrongroom({ home }), (error) => {
        assert.ok(isStrongroomError(error, 'CONFIG_INVALID'), String(error));
        assert.match(error.message, named);
        return true;
      });
    });
  }

  test('is overridden by the environment, which is checked as well', async (t) => {
    const home = await closedHome(t);
    await writeFile(join(home, 'config.toml'), '[limits]\nmax_files = 2\nmax_file_bytes = 100');
    await using strongroom = await openStrongroom({ home, env: { STRONGROOM_LIMITS_MAX_FILES: '1' } });
    assert.equal(strongroom.config.limits.max_files, 1);
    assert.equal(strongroom.config.limits.max_file_bytes, 100);
    await assert.rejects(strongroom.api.versions.put(putOf('acme/churn', { a: '1', b: '2' })), {
      code: 'INPUT_TOO_LARGE',
    });
    const env = { STRONGROOM_LIMITS_MAX_FILES: 'all' };
    await assert.rejects(openStrongroom({ home, env }), { code: 'CONFIG_INVALID' });
  });
});
