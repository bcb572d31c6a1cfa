// Packs the package, installs it in an empty folder and runs it there: what a user of the registry gets.
// Where an older Node is on the path, sees that it is told in one line what strongroom needs.
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
/** The first major version that `engines` allows. */
const OLDEST_NODE = 24;

const folder = mkdtempSync(join(tmpdir(), 'strongroom-package-'));
try {
  checkPackage();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function checkPackage(): void {
  must('npm', ['pack', '--silent', '--pack-destination', folder], ROOT);
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  if (tarball === undefined) throw new Error('npm pack made no tarball');
  checkContents(must('tar', ['-tzf', join(folder, tarball)], folder));
  writeFileSync(join(folder, 'package.json'), '{"private":true}\n');
  must('npm', ['install', '--silent', '--no-audit', '--no-fund', '--prefer-offline', `./${tarball}`], folder);
  const bin = join(folder, 'node_modules/.bin/strongroom');
  console.log(`installed package: strongroom ${must(bin, ['--version'], folder).trim()}`);
  must(process.execPath, ['--input-type=module', '-e', "await import('strongroom')"], folder);
  checkOldNode();
}

/** Nothing but what is meant for users: no sources, tests, keys or homes. */
function checkContents(listing: string): void {
  const allowed =
    /^package\/(?:dist\/|docs\/spec\/|examples\/digits\/|(?:package\.json|README|LICENSE|SECURITY|CHANGELOG)\b)/;
  const strangers = listing.split('\n').filter((line) => line !== '' && !allowed.test(line));
  if (strangers.length > 0) throw new Error(`the package holds ${strangers.join(', ')}`);
}

function checkOldNode(): void {
  const old = findOldNode();
  if (old === undefined) {
    console.log(`no Node before ${OLDEST_NODE} on the path; its message was not tried`);
    return;
  }
  const bin = join(folder, 'node_modules/strongroom/dist/bin.js');
  const { status, stderr, stdout } = spawnSync(old, [bin, '--version'], { encoding: 'utf8' });
  const lines = (stdout + stderr).trim().split('\n');
  if (status === 0 || lines.length !== 1 || !/node/i.test(stderr))
    throw new Error(`an old Node was not told in one line what is needed:\n${stdout}${stderr}`);
  console.log(`on an old Node: ${lines[0] ?? ''}`);
}

function findOldNode(): string | undefined {
  const candidates = (process.env.PATH ?? '').split(delimiter).map((part) => join(part, 'node'));
  return candidates.find((path) => {
    if (!existsSync(path)) return false;
    const version = spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout;
    return Number(/^v(\d+)/.exec(version)?.[1] ?? OLDEST_NODE) < OLDEST_NODE;
  });
}

function must(command: string, args: readonly string[], cwd: string): string {
  const result: SpawnSyncReturns<string> = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (result.error !== undefined) throw result.error;
  if (result.status !== 0)
    throw new Error(
      `${command} ${args.join(' ')} ended with ${result.status ?? 'a signal'}:\n${result.stderr}`,
    );
  return result.stdout;
}
