import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { temporaryFolder } from './temporary-folder.ts';

const run = promisify(execFile);
const PUT = join(import.meta.dirname, 'children', 'put-blob.ts');
const FIRST = 'AAAAAAAAAAAAAAAAAAAAAA';
const SECOND = 'BBBBBBBBBBBBBBBBBBBBBB';
/** A user that owns nothing: what root becomes to feel permissions at all. */
const NOBODY = 65_534;

/** With what the script ends when the machine does not let it set the scene. */
const REFUSED = 77;
/** A namespace where a file system may be mounted for the script alone. */
const OWN_MOUNTS = ['unshare', ...(process.getuid?.() === 0 ? [] : ['--map-root-user']), '--mount'];

interface Outcome {
  readonly outcome: string;
  readonly ids: readonly string[];
  readonly swept: number;
}

/** Runs a shell script in which `put ID SIZE` puts a blob; the answers, or `undefined` when the set-up is refused. */
async function inShell(
  script: string,
  folder: string,
  wrapper: readonly string[] = [],
): Promise<Outcome[] | undefined> {
  const put = `put() { "${process.execPath}" "${PUT}" "${folder}" "$@"; }`;
  if (!(await succeeds(wrapper))) return undefined;
  try {
    const { stdout } = await run('env', [...wrapper, 'sh', '-c', `${put}\n${script}`]);
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Outcome);
  } catch (error) {
    if ((error as { code?: unknown }).code === REFUSED) return undefined;
    throw error;
  }
}

async function succeeds(wrapper: readonly string[]): Promise<boolean> {
  return run('env', [...wrapper, 'true']).then(
    () => true,
    () => false,
  );
}

function assertFull(outcomes: readonly Outcome[]): void {
  assert.deepEqual(outcomes, [
    { outcome: 'stored', ids: [FIRST], swept: 0 },
    { outcome: 'STORAGE_FULL', ids: [FIRST], swept: 0 },
  ]);
}

test('a full disk ends in STORAGE_FULL, with nothing left behind and nothing lost', async (t: TestContext) => {
  const folder = await temporaryFolder(t);
  const script = `mount -t tmpfs -o size=1m,mode=0700 tmpfs "${folder}" || exit ${REFUSED}
put ${FIRST} 100000; put ${SECOND} 3000000`;
  const outcomes = await inShell(script, folder, OWN_MOUNTS);
  if (outcomes === undefined) {
    t.skip('a tmpfs cannot be mounted here');
    return;
  }
  assertFull(outcomes);
});

test('a file over the limit of the process ends in STORAGE_FULL, with nothing left behind', async (t) => {
  const folder = await temporaryFolder(t);
  const script = `ulimit -f 1024 || exit ${REFUSED}\nput ${FIRST} 100000; put ${SECOND} 3000000`;
  const outcomes = await inShell(script, folder);
  if (outcomes === undefined) {
    t.skip('the limit cannot be set here');
    return;
  }
  assertFull(outcomes);
});

test('a read-only folder ends in STORAGE_DENIED', async (t: TestContext) => {
  const folder = await temporaryFolder(t);
  const isRoot = process.getuid?.() === 0;
  if (isRoot) await chown(folder, NOBODY, NOBODY);
  await chmod(folder, 0o500);
  const wrapper = isRoot ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'] : [];
  const outcomes = await inShell(`put ${FIRST} 10`, folder, wrapper);
  if (outcomes === undefined) {
    t.skip('root cannot become another user here');
    return;
  }
  assert.deepEqual(outcomes, [{ outcome: 'STORAGE_DENIED', ids: [], swept: 0 }]);
});

test('a read-only file system ends in STORAGE_DENIED', async (t: TestContext) => {
  const folder = join(await temporaryFolder(t), 'blobs');
  await mkdir(folder, { mode: 0o700 });
  const script = `mount -t tmpfs -o ro,mode=0700 tmpfs "${folder}" || exit ${REFUSED}\nput ${FIRST} 10`;
  const outcomes = await inShell(script, folder, OWN_MOUNTS);
  if (outcomes === undefined) {
    t.skip('a tmpfs cannot be mounted here');
    return;
  }
  assert.deepEqual(outcomes, [{ outcome: 'STORAGE_DENIED', ids: [], swept: 0 }]);
});
