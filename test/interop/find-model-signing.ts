import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Where peers from pip are kept between runs; no part of the project's own packages. */
const CACHE = join(import.meta.dirname, '../../node_modules/.cache/strongroom-interop');

/**
 * The version whose options model-signing.ts knows. It needs pyOpenSSL for certificates without saying so in its
 * own requirements.
 */
const PACKAGES = ['model-signing==1.1.1', 'pyopenssl>=24'];

/** A Python that has OpenSSF's `model_signing`, installed where it is missing; `undefined` where pip cannot. */
export function findModelSigning(python: string): string | undefined {
  const folder = join(CACHE, 'model-signing');
  const own = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  if (hasModelSigning(own)) return own;
  mkdirSync(CACHE, { recursive: true });
  rmSync(folder, { recursive: true, force: true });
  const isMade = run(python, ['-m', 'venv', folder]) && run(own, ['-m', 'pip', 'install', '-q', ...PACKAGES]);
  return isMade && hasModelSigning(own) ? own : undefined;
}

function hasModelSigning(python: string): boolean {
  return run(python, ['-c', 'import model_signing.signing']);
}

function run(command: string, args: readonly string[]): boolean {
  const { error, status } = spawnSync(command, args, { stdio: 'ignore' });
  return error === undefined && status === 0;
}
