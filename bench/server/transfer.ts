// Uploads one file to a server and downloads it again, in a process of its own, and prints the times. Its argument is
// a `TransferTask` as JSON.
import { createReadStream } from 'node:fs';
import { Connection, requestBytes, type ServerPlace } from './connection.ts';

export interface TransferTask extends ServerPlace {
  readonly file: string;
  readonly bytes: number;
  readonly token?: string;
  readonly upload: { readonly method: string; readonly path: string };
  readonly download: { readonly path: string };
}

export interface TransferResult {
  readonly uploadMs: number;
  readonly downloadMs: number;
}

const CHUNK_BYTES = 1 << 20;

const task = JSON.parse(process.argv[2] ?? '') as TransferTask;
const token = task.token === undefined ? {} : { token: task.token };
const connection = new Connection(task);
// The handshake is no part of it.
await connection.send(requestBytes({ method: 'GET', path: '/healthz' }));

const uploadMs = await timed(201, () =>
  connection.send(
    requestBytes({ ...task.upload, ...token, length: task.bytes, type: 'application/octet-stream' }),
    createReadStream(task.file, { highWaterMark: CHUNK_BYTES }),
  ),
);
const downloadMs = await timed(200, async () => {
  const answer = await connection.send(requestBytes({ method: 'GET', ...task.download, ...token }));
  if (answer.bytes !== task.bytes) throw new Error(`${answer.bytes} bytes came back`);
  return answer;
});
connection.close();
process.stdout.write(`${JSON.stringify({ uploadMs, downloadMs } satisfies TransferResult)}\n`);

async function timed(status: number, work: () => Promise<{ readonly status: number }>): Promise<number> {
  const start = performance.now();
  const answer = await work();
  if (answer.status !== status) throw new Error(`expected ${status}, got ${answer.status}`);
  return performance.now() - start;
}
