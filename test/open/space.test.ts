import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFile, mkdir, readdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { type FileInput, type PutVersionInput, parseNamespaceName } from '../../src/api/index.ts';
import { isStrongroomError, toStrongroomError } from '../../src/errors/index.ts';
import { initHome, openStrongroom, type Strongroom } from '../../src/open/index.ts';
import { fileOf, putOf, temporaryFolder, temporaryHome, trustUnknown } from '../kit/temporary-home.ts';
import { CHURN, contentOf, leftovers } from './home-kit.ts';

const MEBIBYTE = 2 ** 20;

/** A file whose size nobody knows beforehand, as from a pipe. */
function unsized(path: string, content: Uint8Array): FileInput {
  const { size: _size, ...file } = fileOf(path, content);
  return file;
}

/** What `put` takes, counting whether anybody asked for a byte. */
function watched(content: Uint8Array): { readonly input: PutVersionInput; readonly wasRead: () => boolean } {
  let wasRead = false;
  const file = fileOf('m.bin', content);
  const open = () => {
    wasRead = true;
    return file.open();
  };
  return { input: { ...putOf('acme/churn', {}), files: [{ ...file, open }] }, wasRead: () => wasRead };
}

async function assertNothingVisible(strongroom: Strongroom, home: string): Promise<void> {
  assert.deepEqual(await leftovers(home), []);
  assert.deepEqual((await strongroom.api.versions.verify({})).findings, []);
}

suite('a limit', () => {
  const openWith = async (
    t: TestContext,
    limits: string,
  ): Promise<{ home: string; strongroom: Strongroom }> => {
    const home = join(await temporaryFolder(t), 'home');
    await initHome({ home });
    await writeFile(join(home, 'config.toml'), `[limits]\n${limits}`);
    const strongroom = await openStrongroom({ home });
    t.after(() => strongroom.close());
    return { home, strongroom };
  };

  test('on the size of a file holds before the first byte, and where the size was not told', async (t) => {
    const { home, strongroom } = await openWith(t, 'max_file_bytes = 300000');
    const { versions, models } = strongroom.api;
    const { input, wasRead } = watched(new Uint8Array(300_001));
    await assert.rejects(versions.put(input), { code: 'INPUT_TOO_LARGE', kind: 'limited' });
    assert.equal(wasRead(), false);
    const piped = { ...input, files: [fileOf('a.bin', 'a'), unsized('m.bin', randomBytes(300_001))] };
    await assert.rejects(versions.put(piped), { code: 'INPUT_TOO_LARGE' });
    assert.deepEqual(await models.list(), []);
    await assertNothingVisible(strongroom, home);
    await versions.put(watched(new Uint8Array(300_000)).input);
  });

  test('on the number of files holds before the first byte', async (t) => {
    const { strongroom } = await openWith(t, 'max_files = 2');
    await assert.rejects(strongroom.api.versions.put(putOf('acme/churn', { a: '', b: '', c: '' })), {
      code: 'INPUT_TOO_LARGE',
    });
    await strongroom.api.versions.put(putOf('acme/churn', { a: '', b: '' }));
  });

  test('on what must stay free holds before the first byte', async (t) => {
    const { home, strongroom } = await openWith(t, `min_free_bytes = ${Number.MAX_SAFE_INTEGER}`);
    const { input, wasRead } = watched(new Uint8Array(1));
    await assert.rejects(strongroom.api.versions.put(input), { code: 'STORAGE_FULL', kind: 'unavailable' });
    assert.equal(wasRead(), false);
    await assertNothingVisible(strongroom, home);
  });

  test('is not the announced size: a file that has another one is refused', async (t) => {
    const { home, strongroom } = await temporaryHome(t);
    for (const size of [0, 2, 4]) {
      const files = [{ ...fileOf('m.bin', 'abc'), size }];
      const put = strongroom.api.versions.put({ ...putOf('acme/churn', {}), files });
      await assert.rejects(put, { code: 'STORAGE_CHANGED', kind: 'conflict' });
    }
    await assertNothingVisible(strongroom, home);
  });
});

/** A file system of that many bytes; `undefined` with a skipped test where none can be mounted. */
async function smallDisk(t: TestContext, bytes: number): Promise<string | undefined> {
  const disk = join(await temporaryFolder(t), 'disk');
  await mkdir(disk);
  try {
    run('mount', '-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', disk);
  } catch {
    t.skip('no small file system can be mounted here (it takes root on Linux)');
    return undefined;
  }
  return disk;
}

function run(command: string, ...words: readonly string[]): void {
  execFileSync(command, words, { stdio: 'pipe' });
}

test('a disk that becomes full ends a put, loses nothing, and takes the same put when there is space', async (t) => {
  const disk = await smallDisk(t, 8 * MEBIBYTE);
  if (disk === undefined) return;
  try {
    const home = join(disk, 'home');
    await initHome({ home });
    await writeFile(join(home, 'config.toml'), '[limits]\nmin_free_bytes = 0');
    await using strongroom = await openStrongroom({ home });
    await trustUnknown(strongroom);
    const { versions, models } = strongroom.api;
    await versions.put(putOf('acme/churn', { 'm.bin': 'one' }));
    const ballast = join(disk, 'ballast');
    const { bavail, bsize } = await statfs(disk);
    await writeFile(ballast, new Uint8Array(bavail * bsize - 2 * MEBIBYTE));
    const weights = randomBytes(3 * MEBIBYTE);
    const files = [fileOf('a.bin', randomBytes(MEBIBYTE / 2)), unsized('m.bin', weights)];
    const put = () => versions.put({ model: CHURN, files });
    for (let attempt = 1; attempt <= 3; attempt++) {
      await assert.rejects(put(), { code: 'STORAGE_FULL', kind: 'unavailable' });
      assert.equal((await models.get({ model: CHURN })).versionCount, 1);
      assert.equal((await contentOf(strongroom, 1)).toString(), 'one');
      await assertNothingVisible(strongroom, home);
    }
    await rm(ballast);
    assert.equal((await put()).version, 2);
    assert.ok((await contentOf(strongroom, 2)).equals(weights));
    await assertNothingVisible(strongroom, home);
  } finally {
    run('umount', '--lazy', disk);
  }
});

test('a disk without any space left says so at every act, and nothing is lost', async (t) => {
  const disk = await smallDisk(t, 4 * MEBIBYTE);
  if (disk === undefined) return;
  try {
    const home = join(disk, 'home');
    await initHome({ home });
    await writeFile(join(home, 'config.toml'), '[limits]\nmin_free_bytes = 0');
    await using strongroom = await openStrongroom({ home });
    const { versions, keys } = strongroom.api;
    await versions.put(putOf('acme/churn', { 'm.bin': 'one' }));
    await fill(join(disk, 'ballast'));
    const unsizedPut = { model: CHURN, files: [unsized('m.bin', randomBytes(200_000))] };
    for (const act of [
      () => versions.put(unsizedPut),
      () => keys.rotate({}),
      () => versions.put(unsizedPut),
    ]) {
      // Whichever needs the space first: the record of the act, or the act.
      await assert.rejects(act(), { kind: 'unavailable' });
    }
    await assert.rejects(strongroom.backup({ destination: join(disk, 'backup') }), { kind: 'unavailable' });
    assert.deepEqual((await readdir(disk)).sort(), ['ballast', 'home'], 'no half a backup');
    await rm(join(disk, 'ballast'));
    assert.equal((await contentOf(strongroom, 1)).toString(), 'one');
    await keys.rotate({});
    await versions.put(unsizedPut);
    assert.deepEqual((await versions.verify({})).findings, []);
  } finally {
    run('umount', '--lazy', disk);
  }
});

test('an act that cannot be recorded does not happen, and the record goes on by itself when there is space', async (t) => {
  const disk = await smallDisk(t, 4 * MEBIBYTE);
  if (disk === undefined) return;
  try {
    const home = join(disk, 'home');
    await initHome({ home });
    await using strongroom = await openStrongroom({ home });
    const { namespaces, audit } = strongroom.api;
    const create = (at: number) => namespaces.create({ name: parseNamespaceName(`n${at}`) });
    await create(0);
    await fill(join(disk, 'ballast'));
    let refused = 0;
    for (let at = 1; refused < 5; at++) {
      assert.ok(at < 500, 'a full disk is noticed');
      await create(at).catch((error: unknown) => {
        assert.equal(toStrongroomError(error).kind, 'unavailable');
        if (isStrongroomError(error, 'AUDIT_UNAVAILABLE')) refused++;
      });
    }
    // What cannot be put on the record cannot be looked at either.
    await assert.rejects(namespaces.list(), { code: 'AUDIT_UNAVAILABLE', kind: 'unavailable' });
    await rm(join(disk, 'ballast'));
    const names = (await namespaces.list()).map(({ name }) => name);
    await create(1000);
    const report = await audit.verify();
    assert.deepEqual([report.findings, report.openActs], [[], 0]);
    const recorded = await audit.search({ action: 'namespace:create', outcome: 'done', limit: 1000 });
    const resources = new Set(recorded.map(({ resource }) => resource));
    for (const name of names) assert.ok(resources.has(name), `${name} is on the record`);
  } finally {
    run('umount', '--lazy', disk);
  }
});

async function fill(path: string): Promise<void> {
  try {
    for (;;) await appendFile(path, new Uint8Array(4096));
  } catch (error) {
    assert.equal(error instanceof Error && 'code' in error && error.code, 'ENOSPC');
  }
}

test('what fails in between keeps its own code, not that of the cleaning up', async (t) => {
  const { strongroom } = await temporaryHome(t);
  const broken = {
    ...fileOf('m.bin', ''),
    size: 3,
    // eslint-disable-next-line @typescript-eslint/require-await -- a stream by its type
    async *open() {
      yield new Uint8Array(1);
      throw new TypeError('the cable was pulled');
    },
  };
  const put = strongroom.api.versions.put({ model: CHURN, files: [broken] });
  await assert.rejects(put, (error) => error instanceof TypeError && !isStrongroomError(error));
});
