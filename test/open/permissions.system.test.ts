// What a home does when the file system denies something; each try is a process of another user.
import assert from 'node:assert/strict';
import { chmod, chown, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { putOf, temporaryHome } from '../kit/temporary-home.ts';
import { startChild } from './home-kit.ts';

const isRoot = process.getuid?.() === 0;
/** Whoever tries without permission: another user where we are root, for whom modes mean nothing. */
const NOBODY = 65_534;

async function attempt(acts: readonly (readonly [string, string])[]): Promise<string[]> {
  const words = acts.map(([act, home]) => `${act}:${home}`);
  return (await startChild('attempt.ts', words, isRoot ? NOBODY : undefined).done).trim().split('\n');
}

/** A home that belongs to whoever tries, with one version in it. */
async function homeOfAttempter(t: TestContext): Promise<{ folder: string; home: string }> {
  const { folder, home, strongroom } = await temporaryHome(t);
  await strongroom.api.versions.put(putOf('acme/churn', { 'm.bin': 'one' }));
  await strongroom.close();
  if (!isRoot) return { folder, home };
  await chmod(folder, 0o755);
  const names = await readdir(home, { recursive: true });
  for (const name of ['', ...names]) await chown(join(home, name), NOBODY, NOBODY);
  return { folder, home };
}

test('an act without permission is denied, changes nothing, and works again with it', async (t) => {
  // The sources may lie where another user cannot read them, and setpriv may be missing.
  const canAttempt = await attempt([['list', '/nowhere']]).then(
    ([code]) => code === 'HOME_MISSING',
    () => false,
  );
  if (!canAttempt) {
    t.skip('no process of another user can be started here');
    return;
  }
  const cases: { name: string; act: string; home: string; path: string; before: number }[] = [];
  for (const [name, act, mode, before] of [
    ['keys', 'list', 0o000, 0o700],
    ['blobs', 'list', 0o000, 0o700],
    ['strongroom.json', 'list', 0o000, 0o600],
    ['catalogue.db', 'list', 0o000, 0o600],
    ['root.key', 'list', 0o000, 0o600],
    ['blobs', 'put', 0o500, 0o700],
    ['..', 'backup', 0o555, 0o755],
  ] as const) {
    const { home } = await homeOfAttempter(t);
    const path = join(home, name);
    await chmod(path, mode);
    cases.push({ name, act, home, path, before });
  }
  const forbidden = await attempt(cases.map(({ act, home }) => [act, home]));
  assert.deepEqual(
    forbidden.map((code, index) => `${cases[index]!.act} ${cases[index]!.name} ${code}`),
    cases.map(({ act, name }) => `${act} ${name} STORAGE_DENIED`),
  );
  const above = join(cases.at(-1)!.home, '..');
  assert.deepEqual(await attempt([['init', join(above, 'other')]]), ['STORAGE_DENIED']);
  assert.deepEqual(await readdir(above), ['home'], 'neither a home nor a backup is begun');
  for (const { path, before } of cases) await chmod(path, before);
  const allowed = await attempt(cases.slice(0, -1).map(({ act, home }) => [act, home]));
  assert.deepEqual(new Set(allowed), new Set(['done']));
});
