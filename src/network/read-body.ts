import { StrongroomError } from '../errors/index.ts';
import { stopped } from './deadline.ts';
import { discard, type GuardedAnswer } from './guarded-fetch.ts';
import type { TransferLimits } from './policy.ts';
import { bodyError } from './socket-errors.ts';

/** What a body is read under. */
export interface BodyLimits {
  readonly limits: Pick<TransferLimits, 'idleTimeoutMs' | 'minBytesPerSecond' | 'rateWindowMs'>;
  readonly signal: AbortSignal;
}

/**
 * The body of an answer as it arrives; the network is held back while the reader is busy, and only the time that the
 * network lets us wait counts against it. Throws `NETWORK_STALLED`, `NETWORK_TOO_SLOW`, `NETWORK_CUT`.
 */
export async function* readBody(answer: GuardedAnswer, by: BodyLimits): AsyncGenerator<Uint8Array> {
  const { message, host } = answer;
  const watch = watchBody(answer, by);
  const pace = createPace(host, by.limits);
  const chunks = message[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>;
  try {
    for (;;) {
      const startedAt = performance.now();
      const next = await watch.wait(chunks.next());
      if (next.done === true) return;
      pace.add(next.value.length, performance.now() - startedAt);
      yield next.value;
    }
  } catch (error) {
    throw bodyError(error, host);
  } finally {
    watch.end();
    discard(message);
  }
}

interface Watch {
  /** Passes a wait on, with an eye on its length. */
  wait<T>(arriving: Promise<T>): Promise<T>;
  end(): void;
}

/** Breaks a body off that stands still or is not wanted any more. One timer serves all of its chunks. */
function watchBody({ message, host }: GuardedAnswer, { limits, signal }: BodyLimits): Watch {
  let isWaiting = false;
  const timer = setTimeout(() => {
    if (!isWaiting) return;
    message.destroy(new StrongroomError('NETWORK_STALLED', `${host} has stopped sending`));
  }, limits.idleTimeoutMs);
  const stop = (): void => void message.destroy(stopped(signal));
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  return {
    async wait(arriving) {
      timer.refresh();
      isWaiting = true;
      try {
        return await arriving;
      } finally {
        isWaiting = false;
      }
    },
    end() {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    },
  };
}

/** Holds a body to its minimum rate, window by window of time spent waiting. */
function createPace(
  host: string,
  { minBytesPerSecond, rateWindowMs }: BodyLimits['limits'],
): { add(bytes: number, waitedMs: number): void } {
  let window = { bytes: 0, waitedMs: 0 };
  return {
    add(bytes, waitedMs) {
      window = { bytes: window.bytes + bytes, waitedMs: window.waitedMs + waitedMs };
      if (window.waitedMs < rateWindowMs) return;
      if ((window.bytes / window.waitedMs) * 1000 < minBytesPerSecond) {
        throw new StrongroomError(
          'NETWORK_TOO_SLOW',
          `${host} sends less than ${minBytesPerSecond} bytes a second`,
        );
      }
      window = { bytes: 0, waitedMs: 0 };
    },
  };
}
