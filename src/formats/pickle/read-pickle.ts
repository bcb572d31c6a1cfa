import { type ByteSource, bufferView } from '../../bytes/index.ts';
import { DEFAULT_PICKLE_LIMITS, type PickleLimits } from './limits.ts';
import type { PickleWindow } from './operation.ts';
import { type PickleStream, type ReadPickleOptions, StreamReader } from './stream-reader.ts';

/** How much of a file is in memory at once, unless one argument needs more. */
const WINDOW_BYTES = 1 << 16;

/**
 * Reads one pickle (protocols 0 to 5) from memory without importing, calling or resolving anything. Never throws on
 * bad bytes: what is wrong stands in the findings. The value's bytes are views of the input.
 */
export function readPickleBytes(bytes: Uint8Array, options: ReadPickleOptions = {}): PickleStream {
  const reader = startReader(options);
  const window: PickleWindow = {
    bytes: bufferView(bytes),
    start: 0,
    sourceSize: bytes.length,
    budget: undefined,
  };
  reader.advance(window);
  return reader.result();
}

/**
 * Reads one pickle from a source in bounded memory, otherwise as `readPickleBytes`. Long bytes and strings are known
 * by place and length only (`maxHeldBytes`). Throws only what the source throws.
 */
export async function readPickle(source: ByteSource, options: ReadPickleOptions = {}): Promise<PickleStream> {
  const limits = limitsOf(options);
  const reader = startReader(options);
  const budget = { maxArgumentBytes: limits.maxHeldBytes, leftBytes: limits.maxHeldBytesTotal };
  for (let wanted = WINDOW_BYTES; wanted > 0; ) {
    const start = reader.position;
    const length = Math.min(Math.max(WINDOW_BYTES, wanted), source.size - start);
    const bytes = await source.read(start, length);
    if (bytes.length < length) {
      reader.noteShortSource();
      break;
    }
    wanted = reader.advance({ bytes: bufferView(bytes), start, sourceSize: source.size, budget });
  }
  return reader.result();
}

/**
 * Reads the pickles that follow one another from `start` on, as `torch.load` (older files) and repeated `pickle.load`
 * do, until the source ends or one of them is not complete.
 */
export async function readPickles(
  source: ByteSource,
  options: ReadPickleOptions = {},
): Promise<readonly PickleStream[]> {
  const limits = limitsOf(options);
  const streams: PickleStream[] = [];
  let start = options.start ?? 0;
  while (start < source.size && streams.length < limits.maxStreams) {
    const stream = await readPickle(source, { ...options, start });
    streams.push(stream);
    if (!stream.isComplete) break;
    start = stream.end;
  }
  return streams;
}

function limitsOf(options: ReadPickleOptions): PickleLimits {
  return { ...DEFAULT_PICKLE_LIMITS, ...options.limits };
}

function startReader(options: ReadPickleOptions): StreamReader {
  return new StreamReader(limitsOf(options), options);
}
