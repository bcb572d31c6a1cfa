import { parentPort } from 'node:worker_threads';
import type { WorkMessage, WorkReply } from './worker-thread.ts';
import { SegmentWork } from './segment-work.ts';

// What runs on a thread of the SegmentPool: one request after the other, each answered once.

const work = new SegmentWork();

parentPort?.on('message', ({ id, name, request }: WorkMessage) => {
  const reply = replyTo(id, () => work.run(name, request as never));
  const { result } = reply;
  const isOwned = result instanceof Uint8Array && result.byteLength === result.buffer.byteLength;
  parentPort?.postMessage(reply, isOwned ? [result.buffer as ArrayBuffer] : []);
});

function replyTo(id: number, run: () => unknown): WorkReply {
  try {
    return { id, result: run() };
  } catch (error) {
    return { id, failure: error };
  }
}
