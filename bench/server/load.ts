// Loads a server with many keep-alive connections for a while, in a process of its own, and prints what came of it.
// Its argument is a `LoadTask` as JSON.
import { setTimeout } from 'node:timers/promises';
import { median } from '../measure.ts';
import { Connection, requestBytes, type ServerPlace } from './connection.ts';

/** One kind of request, and how often it comes among the others. */
export interface LoadRequest {
  readonly method: string;
  readonly path: string;
  readonly token?: string;
  readonly json?: unknown;
  /** A body of so many bytes instead. */
  readonly bodyBytes?: number;
  readonly weight: number;
}

export interface LoadTask extends ServerPlace {
  readonly connections: number;
  readonly seconds: number;
  /** For how long is asked before that, without being measured: what this program's compiler does is none of it. */
  readonly warmUpSeconds?: number;
  readonly requests: readonly LoadRequest[];
  /** At most so many requests a second, of all connections together. */
  readonly perSecond?: number;
}

export interface LoadResult {
  readonly answers: number;
  readonly errors: number;
  /** The first few of them, in words. */
  readonly problems: readonly string[];
  readonly perSecond: number;
  readonly medianMs: number;
  readonly p99Ms: number;
}

const task = JSON.parse(process.argv[2] ?? '') as LoadTask;
const prepared = task.requests.flatMap((request) => {
  const { bodyBytes, weight, ...words } = request;
  const head = requestBytes({
    ...words,
    ...(bodyBytes !== undefined && { length: bodyBytes, type: 'application/octet-stream' }),
  });
  const bytes = bodyBytes === undefined ? head : Buffer.concat([head, Buffer.alloc(bodyBytes, 'text ')]);
  return Array.from({ length: weight }, () => ({ name: `${request.method} ${request.path}`, bytes }));
});

const times: number[] = [];
const problems: string[] = [];
let errors = 0;
const connections = Array.from({ length: task.connections }, () => new Connection(task));
// Connections are kept alive; their making is no part of an answer's time.
await Promise.all(connections.map((connection) => connection.open()));
const firstAt = performance.now();
const start = firstAt + (task.warmUpSeconds ?? 0) * 1000;
const end = start + task.seconds * 1000;
await Promise.all(connections.map(runClient));
const seconds = (performance.now() - start) / 1000;
times.sort((a, b) => a - b);
const result: LoadResult = {
  answers: times.length,
  errors,
  problems,
  perSecond: times.length / seconds,
  medianMs: times.length === 0 ? 0 : median(times),
  p99Ms: times[Math.floor(times.length * 0.99)] ?? 0,
};
process.stdout.write(`${JSON.stringify(result)}\n`);

/** One client asks the next thing as soon as it has the answer to the last. */
async function runClient(connection: Connection, at: number): Promise<void> {
  for (let turn = at; performance.now() < end; turn++) {
    const next = prepared[turn % prepared.length];
    if (next === undefined) break;
    await untilSlot(turn - at);
    const startedAt = performance.now();
    try {
      const { status } = await connection.send(next.bytes);
      if (status >= 400) noteProblem(`${next.name}: ${status}`);
      else if (startedAt >= start) times.push(performance.now() - startedAt);
    } catch (error) {
      noteProblem(`${next.name}: ${error instanceof Error ? error.message : String(error)}`);
      connection.close();
    }
  }
  connection.close();
}

/** Waits until it is the time of the how manyth request. */
async function untilSlot(turn: number): Promise<void> {
  if (task.perSecond === undefined) return;
  const waitMs = firstAt + ((turn * task.connections) / task.perSecond) * 1000 - performance.now();
  if (waitMs > 0) await setTimeout(waitMs);
}

function noteProblem(text: string): void {
  errors++;
  if (problems.length < 10) problems.push(text);
}
