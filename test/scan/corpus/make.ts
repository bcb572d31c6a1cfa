import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { CORPUS_FOLDER, type CorpusPart } from './corpus-case.ts';

const HERE = import.meta.dirname;
/** PyTorch alone is three quarters of a gigabyte. */
const INSTALL_MS = 900_000;
const MAKE_MS = 600_000;

/** A Python environment of the corpus. */
interface Environment {
  readonly folder: string;
  readonly requirements: string;
  readonly options: readonly string[];
  /** Interpreters to try, best first; the variable names another one. */
  readonly pythons: readonly string[];
  readonly variable: string;
}

const MODERN: Environment = {
  folder: 'venv',
  requirements: 'requirements.txt',
  options: [],
  pythons: ['python3.11', 'python3.12', 'python3.13', 'python3'],
  variable: 'STRONGROOM_CORPUS_PYTHON',
};
const TORCH: Environment = {
  folder: 'venv-torch',
  requirements: 'requirements-torch.txt',
  options: ['--no-deps'],
  pythons: ['python3.10'],
  variable: 'STRONGROOM_CORPUS_TORCH_PYTHON',
};

/** The interpreter of the environment that the other scanners are in, too; undefined when it was never made. */
export function peerPython(): string | undefined {
  const path = pythonOf(MODERN);
  return existsSync(path) ? path : undefined;
}

/** What makes each part of the corpus. */
const MAKERS: Readonly<Record<CorpusPart, { readonly script: string; readonly environment: Environment }>> = {
  benign: { script: 'make-benign.py', environment: MODERN },
  malicious: { script: 'make-malicious.py', environment: MODERN },
  'benign-torch': { script: 'make-benign-torch.py', environment: TORCH },
};

/** Makes these parts of the corpus anew, with whatever of Python is there; says what it had to skip. */
export function makeCorpus(parts: readonly CorpusPart[]): void {
  mkdirSync(CORPUS_FOLDER, { recursive: true });
  for (const part of parts) {
    const { script, environment } = MAKERS[part];
    const python = prepare(environment);
    if (python !== undefined) runMaker(python, script);
  }
}

function pythonOf({ folder }: Environment): string {
  return join(CORPUS_FOLDER, folder, 'bin/python');
}

function prepare(environment: Environment): string | undefined {
  const python = pythonOf(environment);
  if (existsSync(python)) return python;
  const base = findInterpreter(environment);
  if (base === undefined) {
    console.log(`skipped ${environment.folder}: none of ${environment.pythons.join(', ')} is here`);
    return undefined;
  }
  const install = ['-m', 'pip', 'install', '-q', ...environment.options];
  const isReady =
    run(base, ['-m', 'venv', join(CORPUS_FOLDER, environment.folder)], INSTALL_MS) &&
    run(python, [...install, '-r', join(HERE, environment.requirements)], INSTALL_MS);
  if (!isReady) console.log(`skipped ${environment.folder}: its packages could not be installed`);
  return isReady ? python : undefined;
}

function findInterpreter({ variable, pythons }: Environment): string | undefined {
  const named = process.env[variable];
  const tried = named === undefined ? pythons : [named];
  return tried
    .flatMap((name) => [name, ...installedBeside(name)])
    .find((name) => spawnSync(name, ['-m', 'venv', '--help']).status === 0);
}

/** Versions that pyenv has, which are not on the path unless somebody chose them. */
function installedBeside(name: string): string[] {
  const root = process.env['PYENV_ROOT'] ?? join(homedir(), '.pyenv');
  return globSync(join(root, 'versions/*/bin', name));
}

function runMaker(python: string, script: string): void {
  if (!run(python, [join(HERE, script), CORPUS_FOLDER], MAKE_MS)) console.log(`failed ${script}`);
}

function run(command: string, words: readonly string[], timeout: number): boolean {
  return spawnSync(command, words, { stdio: 'inherit', timeout }).status === 0;
}
