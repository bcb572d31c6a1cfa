import type { ByteIterator, ByteStream } from '../bytes/index.ts';
import { type FileSource, freshBytes } from './file-source.ts';

/** Bytes of one chunk of a file that is read. */
const CHUNK_BYTES = 1 << 20;

/**
 * A file from its start to its end: in chunks of 1 MiB, the next being read while one is used, or put where the
 * reader wants it. It is opened with the first read, and closed at its end or with `return`. Throws what `open`
 * throws, and `STORAGE_CHANGED` when the file was written to meanwhile.
 */
export function streamFile(open: () => Promise<FileSource>): ByteStream {
  return { [Symbol.asyncIterator]: () => readFile(open) };
}

function readFile(open: () => Promise<FileSource>): ByteIterator {
  const chunks = readChunks(open);
  const reading = new InPlaceReading(open);
  return {
    next: () => chunks.next(),
    readInto: (target) => reading.readInto(target),
    return: async () => {
      await reading.close();
      return await chunks.return(undefined);
    },
  };
}

/** A file from its start to its end, put where the reader wants it. */
class InPlaceReading {
  readonly #open: () => Promise<FileSource>;
  #file: FileSource | undefined;
  #offset = 0;
  #isClosed = false;
  #last: Promise<number> = Promise.resolve(0);

  constructor(open: () => Promise<FileSource>) {
    this.#open = open;
  }

  readInto(target: Uint8Array): Promise<number> {
    this.#last = this.#readAfter(this.#last, target);
    return this.#last;
  }

  /** Waits for a read that is under way, because a file must not be closed below it. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled([this.#last]);
    await this.#file?.close();
    this.#file = undefined;
  }

  async #readAfter(earlier: Promise<number>, target: Uint8Array): Promise<number> {
    await earlier;
    if (this.#isClosed) return 0;
    const file = (this.#file ??= await this.#open());
    const room = target.subarray(0, file.size - this.#offset);
    if (room.length > 0) {
      await file.fill(room, this.#offset);
      this.#offset += room.length;
      return room.length;
    }
    await file.assertUnchanged();
    this.#isClosed = true;
    this.#file = undefined;
    await file.close();
    return 0;
  }
}

async function* readChunks(open: () => Promise<FileSource>): AsyncGenerator<Uint8Array, undefined> {
  await using file = await open();
  yield* readAhead(file);
  await file.assertUnchanged();
}

async function* readAhead(file: FileSource): AsyncGenerator<Uint8Array> {
  const bufferBytes = Math.min(CHUNK_BYTES, file.size);
  let current = freshBytes(bufferBytes);
  let other = freshBytes(Math.min(bufferBytes, file.size - bufferBytes));
  const fill = async (buffer: Uint8Array, offset: number): Promise<Uint8Array> => {
    const chunk = buffer.subarray(0, file.size - offset);
    await file.fill(chunk, offset);
    return chunk;
  };
  let next = fill(current, 0);
  try {
    for (let offset = 0; offset < file.size; ) {
      const chunk = await next;
      offset += chunk.length;
      if (offset < file.size) next = fill(other, offset);
      [current, other] = [other, current];
      yield chunk;
    }
  } finally {
    // A reader that stops early must not leave a read behind that fails when the file is closed.
    await Promise.allSettled([next]);
    current.fill(0);
    other.fill(0);
  }
}
