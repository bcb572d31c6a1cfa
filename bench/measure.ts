import { spawnSync } from 'node:child_process';
import { extname } from 'node:path';

/** What a child process measured of itself. */
export interface Measured {
  /** Wall-clock time of the work alone, without starting the process. */
  readonly ms: number;
  /** Every single time behind `ms`, where that is a median. */
  readonly samplesMs?: readonly number[];
  /** High-water mark of the resident memory of the whole process. */
  readonly rssMiB: number;
}

/** The middle value; of an even count, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[sorted.length % 2 === 0 ? half - 1 : half], sorted[half]];
  if (low === undefined || high === undefined) throw new Error('a median needs values');
  return (low + high) / 2;
}

/** Runs a command and times it from outside, start included. */
export function timeCommand(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): number {
  const start = performance.now();
  runCommand(command, args, env);
  return performance.now() - start;
}

/** Runs a command to its end and returns what it printed; throws when it fails. */
export function runCommand(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  if (error !== undefined) throw error;
  if (status !== 0)
    throw new Error(`${command} ${args.join(' ')} ended with ${status ?? 'a signal'}: ${stderr}`);
  return stdout;
}

/** A module of this tree by its path from bench/ without its ending: compiled where this file is, else a source. */
export function modulePath(name: string): string {
  return `${import.meta.dirname}/${name}${extname(import.meta.filename)}`;
}

/** Runs one script of bench/ in a process of its own and reads what it measured. */
export function runChild(name: string, args: readonly (string | number)[]): Measured {
  const path = modulePath(name);
  return JSON.parse(runCommand(process.execPath, [path, ...args.map(String)])) as Measured;
}

/** Called at the end of a child's work: prints what `runChild` reads. */
export function reportMeasured(measured: Omit<Measured, 'rssMiB'>): void {
  const rssMiB = Math.round(process.resourceUsage().maxRSS / 1024);
  process.stdout.write(`${JSON.stringify({ ...measured, rssMiB })}\n`);
}
