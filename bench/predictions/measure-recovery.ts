import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeRow, type Row } from '../row.ts';
import { Connection, requestBytes } from '../server/connection.ts';
import type { LoadRequest } from '../server/load.ts';
import { runLoad } from '../server/run-load.ts';
import type { StartedServer } from '../server/start-servers.ts';

const KILLS = 5;
const CONNECTIONS = 200;
const SECONDS = 4;
/** From the start of the load until the kill, when all connections are open and ask. */
const KILL_AFTER_MS = 2500;

/**
 * The time from the `kill -9` of a runner under load until the first good answer to a question that was sent after it:
 * the longest of several.
 */
export async function measureRecovery(server: StartedServer, asking: LoadRequest): Promise<Row> {
  const times: number[] = [];
  let [answers, failed] = [0, 0];
  for (let count = 0; count < KILLS; count++) {
    const load = runLoad({ ...server, connections: CONNECTIONS, seconds: SECONDS, requests: [asking] });
    await sleep(KILL_AFTER_MS);
    times.push(await killAndAsk(server, requestBytes(asking)));
    const result = await load;
    const others = result.problems.filter((problem) => !problem.endsWith(' 503'));
    if (others.length > 0) throw new Error(others.join('; '));
    answers += result.answers;
    failed += result.errors;
  }
  return makeRow({
    name: 'predictions-recovery',
    what: 'longest time from the `kill -9` of a runner that 200 connections ask until the next good answer',
    value: Math.max(...times) / 1000,
    unit: 's',
    budget: { atMost: 1 },
    detail: { killsMs: times, answers, failed },
  });
}

async function killAndAsk(server: StartedServer, request: Buffer): Promise<number> {
  const connection = new Connection(server);
  // Open before, so that no handshake is measured.
  await connection.send(request);
  const startedAt = performance.now();
  process.kill(runnerOf(server.pid), 'SIGKILL');
  while ((await connection.send(request)).status !== 200);
  connection.close();
  return performance.now() - startedAt;
}

/** The one process that holds a model, as the kernel knows it (proc(5), `children`). */
function runnerOf(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim().split(' ');
  const runners = children.filter((id) => isRunner(id)).map(Number);
  const [only] = runners;
  if (only === undefined || runners.length > 1) throw new Error(`${runners.length} processes hold a model`);
  return only;
}

function isRunner(id: string): boolean {
  try {
    return readFileSync(`/proc/${id}/cmdline`, 'latin1').includes('/runtime/runner/child.');
  } catch {
    return false;
  }
}
