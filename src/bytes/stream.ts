import { StrongroomError } from '../errors/index.ts';
import { concatBytes } from './encoding.ts';
import type { ByteSource } from './source.ts';

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
