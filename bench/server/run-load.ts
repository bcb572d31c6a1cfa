import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { modulePath } from '../measure.ts';
import type { LoadResult, LoadTask } from './load.ts';

/** Loads a server from a process of its own. */
export function runLoad(task: LoadTask): Promise<LoadResult> {
  return runTask<LoadResult>('server/load', task);
}

/** Runs a client in a process of its own, while this one goes on. */
export async function runTask<Result>(name: string, task: object): Promise<Result> {
  const child = spawn(process.execPath, [modulePath(name), JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${name} ended with ${code ?? 'a signal'}`);
  return JSON.parse(text) as Result;
}
