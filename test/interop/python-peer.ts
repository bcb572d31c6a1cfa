import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Where peers from pip are kept between runs; no part of the project's own packages. */
const CACHE = join(import.meta.dirname, '../../node_modules/.cache/strongroom-interop');

/** Packages of Python that are tried together, in a virtual environment of their own. */
export interface PythonPeer {
  /** Of the folder; kebab-case. */
  readonly name: string;
  /** As pip takes them. */
  readonly packages: readonly string[];
  /** A statement that works where they are installed, in these versions. */
  readonly probe: string;
}

/** The Python that makes the environments; name another one in STRONGROOM_INTEROP_PYTHON. */
export const PYTHON = process.env.STRONGROOM_INTEROP_PYTHON ?? 'python3';

/** A Python that has the packages, installed where they are missing; `undefined` where pip cannot. */
export function findPythonPeer({ name, packages, probe }: PythonPeer): string | undefined {
  const folder = join(CACHE, name);
  const own = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  if (run(own, ['-c', probe])) return own;
  mkdirSync(CACHE, { recursive: true });
  rmSync(folder, { recursive: true, force: true });
  const isMade = run(PYTHON, ['-m', 'venv', folder]) && run(own, ['-m', 'pip', 'install', '-q', ...packages]);
  return isMade && run(own, ['-c', probe]) ? own : undefined;
}

function run(command: string, args: readonly string[]): boolean {
  const { error, status } = spawnSync(command, args, { stdio: 'ignore' });
  return error === undefined && status === 0;
}
