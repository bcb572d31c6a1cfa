// The program as a process of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** The first file of the program. */
export const BIN = new URL('../../src/bin.ts', import.meta.url).pathname;

/** What the program gets of ours: no more than it needs to start, and to start fast. */
const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;
const ENVIRONMENT = { PATH, NODE_COMPILE_CACHE };

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the program in a folder. */
export function start(words: readonly string[], cwd: string): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [BIN, ...words], { cwd, env: ENVIRONMENT });
  const texts = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (texts.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (texts.stderr += chunk.toString()));
  const ended = once(child, 'close').then(([exitCode]) => ({
    exitCode: exitCode as number | null,
    ...texts,
  }));
  return { child, ended };
}
