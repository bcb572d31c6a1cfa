import type { ByteSource } from '../bytes/index.ts';
import { threadDoor } from '../runtime/index.ts';
import { scanSource } from './scan.ts';
import type { Found } from './scan-run.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';

// What runs on a scanning thread: one scan after another. It has no file of its own: every byte is asked for.

const door = threadDoor();
const waiting = new Map<number, (bytes: Uint8Array) => void>();
let lastId = 0;

function say(message: FromWorker): void {
  door?.send({ message });
}

function remoteSource(size: number): ByteSource {
  return {
    size,
    read: (offset, length) =>
      new Promise((resolve) => {
        const id = ++lastId;
        waiting.set(id, resolve);
        say({ kind: 'read', id, offset, length });
      }),
  };
}

async function scan({ name, size, limits }: Extract<ToWorker, { kind: 'scan' }>): Promise<void> {
  try {
    const onProgress = (bytesRead: number): void => say({ kind: 'progress', bytesRead });
    const onFound = (found: Found): void => say({ kind: 'found', found });
    const report = await scanSource(remoteSource(size), { name, limits, onProgress, onFound });
    say({ kind: 'report', report });
  } catch (error) {
    say({ kind: 'failed', message: error instanceof Error ? error.message : 'not an error' });
  }
}

door?.onMessage((message) => {
  const told = message as ToWorker;
  if (told.kind === 'scan') {
    void scan(told);
    return;
  }
  waiting.get(told.id)?.(told.bytes);
  waiting.delete(told.id);
});
