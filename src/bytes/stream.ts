import { StrongroomError } from '../errors/index.ts';
import { concatBytes } from './encoding.ts';
import type { ByteSource } from './source.ts';

/** A stream whose reader may say where the bytes shall go, which saves copying them. Any stream of bytes is one. */
export interface ByteStream {
  [Symbol.asyncIterator](): ByteIterator;
}

/** Reads a stream: with `next`, or, where it is there, with `readInto`; not with both. */
export interface ByteIterator extends AsyncIterator<Uint8Array, unknown, undefined> {
  /**
   * Fills `target` (shared memory too) with what comes next; resolves to the number of bytes, fewer than there is
   * room for only where the stream ends, and 0 at its end. `return` waits for one that is under way.
   */
  readInto?(target: Uint8Array): Promise<number>;
}

/** Told what is read from a stream; throwing ends the reading. */
export interface StreamWatcher {
  /** So many more bytes came. */
  readonly onBytes: (length: number) => void;
  readonly onEnd: () => void;
}

/** The same stream, watched. */
export function watchStream(stream: ByteStream, watcher: StreamWatcher): ByteStream {
  return { [Symbol.asyncIterator]: () => watchIterator(stream[Symbol.asyncIterator](), watcher) };
}

function watchIterator(inner: ByteIterator, { onBytes, onEnd }: StreamWatcher): ByteIterator {
  const end = async (): Promise<void> => {
    await inner.return?.();
  };
  const watch = async <Step>(step: Step, length: number): Promise<Step> => {
    try {
      if (length < 0) onEnd();
      else onBytes(length);
    } catch (error) {
      // Whoever reads is told of a failed read, and then does not end the stream itself.
      await end();
      throw error;
    }
    return step;
  };
  const iterator: ByteIterator = {
    next: async () => {
      const step = await inner.next();
      return await watch(step, step.done === true ? -1 : step.value.length);
    },
    return: async () => {
      await end();
      return { done: true, value: undefined };
    },
  };
  const readInto = inner.readInto?.bind(inner);
  if (readInto === undefined) return iterator;
  return {
    ...iterator,
    readInto: async (target) => {
      const length = await readInto(target);
      return await watch(length, length === 0 ? -1 : length);
    },
  };
}

/** The whole of a stream as one array, up to `maxBytes`. Throws `INPUT_TOO_LARGE` beyond that. */
export async function collectBytes(
  stream: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of stream) {
    size += part.length;
    if (size > maxBytes) throw new StrongroomError('INPUT_TOO_LARGE', `more than ${maxBytes} bytes`);
    // Not slice(): a Buffer's slice is a view of memory that its owner may use again.
    parts.push(new Uint8Array(part));
  }
  return concatBytes(...parts);
}

/** The bytes of a source from first to last, in chunks of at most `chunkBytes`. */
export async function* streamSource(
  source: ByteSource,
  chunkBytes: number = 1 << 20,
): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < source.size; ) {
    const chunk = await source.read(offset, Math.min(chunkBytes, source.size - offset));
    if (chunk.length === 0) return;
    offset += chunk.length;
    yield chunk;
  }
}

/** A stream of the given pieces; for tests and for small values where a stream is asked for. */
// eslint-disable-next-line @typescript-eslint/require-await -- a stream by its type, ready by its nature
export async function* streamOf(...parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}
