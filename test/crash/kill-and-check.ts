// Kills a process (SIGKILL) before one of its changes of the outside world, in the middle of an act that changes a
// home, and looks at what is left: whatever was acknowledged is there, whatever was not is not, nothing lies about.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseNamespaceName, type StrongroomApi } from '../../src/api/index.ts';
import { parseCheckpoint, parseGrowthFile, verifyConsistency } from '../../src/audit/index.ts';
import { utf8Bytes } from '../../src/bytes/index.ts';
import { parseRootKey } from '../../src/keyring/index.ts';
import { initHome, openStrongroom, restoreStrongroom, type Strongroom } from '../../src/open/index.ts';
import { bytesOf, putOf } from '../kit/temporary-home.ts';
import { type ActName, ALIASES_FILE, ARCHIVE, CHECKPOINT_SEEN, contentOf, MODEL } from './acts.ts';

const KILL_SWITCH = new URL('../kit/kill-switch.ts', import.meta.url);
const CHILD = new URL('./child.ts', import.meta.url).pathname;
/** More than two full tiles of the record. */
const OLD_ACTS = 600;

/** What every child gets a copy of: a home of three versions with a long record, and its backup. */
export async function makeStart(base: string): Promise<void> {
  const home = join(base, 'home');
  await initHome({ home });
  await using strongroom = await openStrongroom({ home });
  for (const version of [1, 2, 3]) {
    await strongroom.api.versions.put(
      putOf('acme/churn', { 'w.bin': contentOf(version), 's.txt': 'shared' }),
    );
  }
  for (let done = 0; done < OLD_ACTS; done += 20) {
    const looks = Array.from({ length: 20 }, (_none, at) => parseNamespaceName(`lab-${done}-${at}`));
    await Promise.all(looks.map((namespace) => strongroom.api.models.list({ namespace })));
  }
  await strongroom.backup({ destination: join(base, 'backup') });
}

/** A copy of the start for one child, with what the act needs besides. */
async function prepare(base: string, act: ActName): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'strongroom-crash-'));
  await cp(base, folder, { recursive: true });
  if (act === 'retire-destroy') {
    await using strongroom = await openStrongroom({ home: join(folder, 'home') });
    await strongroom.api.keys.rotate({ name: 'acme' });
  }
  return folder;
}

interface ChildEnd {
  readonly isAcknowledged: boolean;
  readonly wasKilled: boolean;
  readonly stderr: string;
}

function runChild(act: ActName, folder: string, env: Record<string, string>): Promise<ChildEnd> {
  const args = ['--import', KILL_SWITCH.href, CHILD, act, folder];
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      args,
      { env: { NODE_COMPILE_CACHE: join(tmpdir(), 'strongroom-compile-cache'), ...process.env, ...env } },
      (error, stdout, stderr) => {
        resolve({
          isAcknowledged: stdout.includes('acknowledged'),
          wasKilled: error?.signal === 'SIGKILL',
          stderr,
        });
      },
    );
  });
}

/** How often an act changes the outside world. */
export async function countSteps(base: string, act: ActName): Promise<number> {
  const folder = await prepare(base, act);
  try {
    const countFile = join(folder, 'count');
    const end = await runChild(act, folder, { KILL_AT: '0', KILL_COUNT_FILE: countFile });
    assert.ok(end.isAcknowledged, end.stderr);
    return Number(await readFile(countFile, 'utf8'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Kills an act before its change number `step`, and throws unless everything is as it should be. */
export async function killAndCheck(base: string, act: ActName, step: number): Promise<void> {
  const folder = await prepare(base, act);
  try {
    const end = await runChild(act, folder, { KILL_AT: String(step) });
    assert.ok(end.wasKilled || end.isAcknowledged, `${act} at ${step}: ${end.stderr}`);
    try {
      await checkAfter(act, folder, end.isAcknowledged);
    } catch (error) {
      throw new Error(`${act}, killed at step ${step}`, { cause: error });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function checkAfter(act: ActName, folder: string, isAcknowledged: boolean): Promise<void> {
  if (act === 'restore')
    await checkMade(folder, {
      name: 'restored',
      isAcknowledged,
      again: (home) => restoreStrongroom({ source: join(folder, 'backup'), home }),
    });
  if (act === 'init')
    await checkMade(folder, { name: 'fresh', isAcknowledged, again: (home) => initHome({ home }) });
  const home = join(folder, 'home');
  await checkHome(home, act, isAcknowledged);
  assert.deepEqual(await leftovers(home), [], 'nothing temporary lies about');
}

/** Whatever the child was told is durable is on the record, and the record begins as it was published. */
async function checkRecord({ audit }: StrongroomApi, home: string): Promise<void> {
  const [told, seen] = await Promise.all(
    [ALIASES_FILE, CHECKPOINT_SEEN].map((name) => readFile(join(home, '..', name)).catch(() => undefined)),
  );
  const set = (await audit.search({ action: 'alias:set', limit: 1000 })).map(({ resource }) => resource);
  for (const alias of told?.toString().split('\n').filter(Boolean) ?? [])
    assert.ok(
      set.some((resource) => resource?.includes(alias)),
      `setting ${alias} is on the record`,
    );
  if (seen === undefined || seen.length === 0) return;
  const older = parseCheckpoint(seen);
  const growth = parseGrowthFile(utf8Bytes(await audit.consistency({ size: older.size })));
  const newer = parseCheckpoint(utf8Bytes(growth.checkpoint));
  assert.ok(verifyConsistency(older, newer, growth.path), 'what was published stays the beginning');
}

/** Entries are in the record or in the archive, whole; with it nothing is missing. */
async function checkArchived(
  { api, archives: files }: Strongroom,
  home: string,
  isAcknowledged: boolean,
): Promise<void> {
  const archives = await api.audit.archives();
  if (isAcknowledged) assert.equal(archives.length, 1);
  const archive = join(home, '..', ARCHIVE);
  if (archives.length > 0) await files.takeBack({ path: archive });
  const { archived, findings } = await api.audit.verify();
  assert.deepEqual([archived, findings], [0, []]);
  const looks = await api.audit.search({ action: 'model:read', limit: 1000 });
  const old = looks.filter(({ resource }) => resource?.startsWith('lab-'));
  assert.equal(old.length, OLD_ACTS, 'every entry is there once');
}

async function checkHome(home: string, act: ActName, isAcknowledged: boolean): Promise<void> {
  await letTimePass(home);
  await using strongroom = await openStrongroom({ home });
  const { versions, keys } = strongroom.api;
  const numbers = (await versions.list({ model: MODEL })).map((version) => version.version);
  const possible = act === 'put' ? [3, 4] : act === 'remove' ? [3, 2] : [3];
  const isDone = numbers.length === possible.at(-1);
  assert.ok(isDone || (!isAcknowledged && numbers.length === possible[0]), `versions ${numbers.join(' ')}`);
  for (const version of numbers) {
    await using opened = await versions.open({ model: MODEL, version });
    const weights = opened.files.find((file) => file.path === 'w.bin')!;
    assert.equal((await bytesOf(weights.read())).toString(), contentOf(version));
  }
  const report = await versions.verify({});
  assert.deepEqual(report.findings, []);
  if (act === 'retire-destroy' && isAcknowledged) {
    assert.equal((await keys.list())[0]?.versions[0]?.state, 'destroyed');
  }
  if (act === 'record') await checkRecord(strongroom.api, home);
  if (act === 'archive') await checkArchived(strongroom, home, isAcknowledged);
  const { findings } = await strongroom.api.audit.verify();
  assert.deepEqual(findings, [], 'the record is whole');
  // It is not only intact but works: the same act can be done to its end.
  if (act.startsWith('rotate')) {
    await keys.rotate({ name: 'acme' });
    const [key] = await keys.list();
    assert.equal(key?.versions.at(-1)?.blobCount, 4, 'every blob is under the newest version');
  }
}

interface Made {
  readonly name: string;
  readonly isAcknowledged: boolean;
  readonly again: (home: string) => Promise<unknown>;
}

/** A folder that appears whole or not at all; if not at all, the next try makes it and clears away the first. */
async function checkMade(folder: string, made: Made): Promise<void> {
  const home = join(folder, made.name);
  const isThere = (await readdir(folder)).includes(made.name);
  assert.ok(isThere || !made.isAcknowledged);
  if (!isThere) await made.again(home);
  // A restored home has no root key inside: that is never in a backup.
  const key = parseRootKey(
    await readFile(join(made.name === 'fresh' ? home : join(folder, 'home'), 'root.key')),
  );
  await using strongroom = await openStrongroom({ home, unseal: [{ kind: 'key', key }] });
  assert.deepEqual((await strongroom.api.versions.verify({})).findings, []);
  const hidden = (await readdir(folder)).filter((name) => name.startsWith('.'));
  assert.deepEqual(hidden, [], 'no half-made folder lies about');
}

/** Makes what lies about old enough that nobody can be writing it any more. */
async function letTimePass(home: string): Promise<void> {
  const past = new Date(Date.now() - 2 * 24 * 60 * 60_000);
  for (const name of await leftovers(home)) await utimes(join(home, name), past, past);
}

/** Temporary files and folders below a home. */
async function leftovers(home: string): Promise<string[]> {
  const names = await readdir(home, { recursive: true });
  return names.filter((name) => (name.split('/').at(-1) ?? '').startsWith('.'));
}
