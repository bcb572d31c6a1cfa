// Compiles the sources as the published package has them, and runs the benchmark on that: stripping types at
// start costs memory that no user of the package pays.
import { spawnSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const OUTPUT = join(ROOT, '.cache/bench');

rmSync(OUTPUT, { recursive: true, force: true });
run([join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', join(ROOT, 'bench/tsconfig.json')]);
cpSync(join(ROOT, 'package.json'), join(OUTPUT, 'package.json'));
// What the predictions are asked of.
const EXAMPLES = 'examples/digits/run-2';
cpSync(join(ROOT, EXAMPLES), join(OUTPUT, EXAMPLES), { recursive: true });
run([join(OUTPUT, 'bench/run.js'), ...process.argv.slice(2)]);

function run(args: readonly string[]): void {
  const { status, error } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
