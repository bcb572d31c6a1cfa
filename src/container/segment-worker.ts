import { parentPort } from 'node:worker_threads';
import { SegmentWork } from './segment-work.ts';
import type { WorkMessage, WorkReply } from './worker-thread.ts';

// What runs on a thread of the SegmentPool: one request after the other, each answered once.

const work = new SegmentWork();

parentPort?.on('message', ({ id, name, request }: WorkMessage) => {
  const reply = replyTo(id, () => work.run(name, request));
  parentPort?.postMessage(reply, ownMemory(reply.result));
});

/** Memory that belongs to the answer alone is handed over instead of copied. */
function ownMemory(result: unknown): ArrayBuffer[] {
  if (!(result instanceof Uint8Array) || !(result.buffer instanceof ArrayBuffer)) return [];
  return result.byteLength === result.buffer.byteLength ? [result.buffer] : [];
}

function replyTo(id: number, run: () => unknown): WorkReply {
  try {
    return { id, result: run() };
  } catch (error) {
    return { id, failure: error };
  }
}
