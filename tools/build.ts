// Builds dist/ for publishing (sources run as they stand, so nothing else needs it) and sees that it runs.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publicNames } from './public-names.ts';

const ROOT = join(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');
const BIN = join(DIST, 'bin.js');
const SHEBANG = '#!/usr/bin/env node';

rmSync(DIST, { recursive: true, force: true });
run([join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json']);
makeExecutable();
const version = run([BIN, '--version']);
await importEverySubpath();
console.log(`built dist/, strongroom ${version}`);

function run(args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, args, {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (error !== undefined) throw error;
  if (status !== 0) {
    process.stderr.write(stdout + stderr);
    throw new Error(`${args.join(' ')} ended with ${status ?? 'a signal'}`);
  }
  return stdout.trim();
}

function makeExecutable(): void {
  const text = readFileSync(BIN, 'utf8').replace(/^#!.*\n/, '');
  writeFileSync(BIN, `${SHEBANG}\n${text}`);
  chmodSync(BIN, 0o755);
}

/** What the types promise must be there at run time, too; and no import may still name a `.ts` file. */
async function importEverySubpath(): Promise<void> {
  for (const { source, values } of publicNames(ROOT)) {
    const built = join(ROOT, source.replace(/^src/, 'dist').replace(/\.ts$/, '.js'));
    const module = (await import(built)) as object;
    const missing = values.filter((name) => !(name in module));
    if (missing.length > 0) throw new Error(`${built} lacks ${missing.join(', ')}`);
    if (!existsSync(built.replace(/\.js$/, '.d.ts'))) throw new Error(`${built} has no types`);
  }
}
