import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';

/** The program, as `npm start` and `npm run strongroom` run it. */
export const PROGRAM = new URL('../../src/bin.ts', import.meta.url).pathname;
const PAUSE_MS = 50;
/** Long enough for a machine that is busy with other tests. */
const START_MS = 60_000;
const END_MS = 30_000;

/** A server in a process of its own. */
export interface WalkServer {
  readonly url: string;
  /** What it has told the person who started it. */
  readonly told: string;
  /** Ends it with SIGTERM, and gives its exit code; `null` when it had to be killed. */
  stop(): Promise<number | null>;
  /** Ends it at once, whatever it does. */
  kill(): void;
}

/**
 * Starts `strongroom serve` on a fresh home in a folder, on a port that is free; the signal kills it. Throws when it does
 * not open.
 */
export async function startServer(folder: string, signal: AbortSignal): Promise<WalkServer> {
  const child = spawn(process.execPath, [PROGRAM, 'serve', '--listen', 'localhost:0'], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'] ?? '',
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? `${folder}/compiled`,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
    signal,
    killSignal: 'SIGKILL',
  });
  const ended = once(child, 'exit').then(([exitCode]) => exitCode as number | null);
  // Whoever stops it hears of it.
  ended.catch(() => undefined);
  try {
    const told = await announcementOf(child);
    return {
      url: /^open at (\S+)$/m.exec(told)?.[1] ?? '',
      told,
      stop: async () => {
        child.kill('SIGTERM');
        const timer = setTimeout(() => child.kill('SIGKILL'), END_MS);
        return await ended.finally(() => clearTimeout(timer));
      },
      kill: () => child.kill('SIGKILL'),
    };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

/** Everything up to the hint how to make the first administrator, which comes last. */
async function announcementOf(child: ChildProcess): Promise<string> {
  let text = '';
  child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const deadline = performance.now() + START_MS;
  while (!/^ {2}strongroom bootstrap .*\n/m.test(text)) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}: ${text}`);
    if (performance.now() > deadline) throw new Error(`the server did not open in time: ${text}`);
    await wait(PAUSE_MS);
  }
  return text;
}
