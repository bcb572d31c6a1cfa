import { bufferView, utf8Text } from '../../bytes/index.ts';
import { StrongroomError } from '../../errors/index.ts';

/** What one side of the pipe takes from the other. */
export interface FrameLimits {
  readonly maxHeadBytes: number;
  readonly maxBodyBytes: number;
}

/** One message: words, and bytes that begin at a multiple of eight in memory of their own. */
export interface Frame {
  readonly head: unknown;
  readonly body: Uint8Array<ArrayBuffer>;
}

const PREFIX_BYTES = 8;

/**
 * A message for the pipe: length of the head and of the body (u32, little-endian), the head as JSON, the body. Lengths
 * are held against the limits of the reader before anything is allocated.
 */
export function wholeFrame(head: object, parts: readonly Uint8Array[]): Buffer {
  const words = Buffer.from(JSON.stringify(head));
  const bodyBytes = parts.reduce((sum, part) => sum + part.length, 0);
  const whole = new Uint8Array(PREFIX_BYTES + words.length + bodyBytes);
  const view = new DataView(whole.buffer);
  view.setUint32(0, words.length, true);
  view.setUint32(4, bodyBytes, true);
  whole.set(words, PREFIX_BYTES);
  let at = PREFIX_BYTES + words.length;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return bufferView(whole);
}

/** Puts a stream of chunks together into frames. Throws `PREDICTION_UNAVAILABLE` for what is none. */
export class FrameReader {
  readonly #limits: FrameLimits;
  readonly #take: (frame: Frame) => void;
  readonly #prefix = new Uint8Array(PREFIX_BYTES);
  #parts: readonly [Uint8Array, head: Uint8Array, body: Uint8Array<ArrayBuffer>];
  #part = 0;
  #filled = 0;

  constructor(limits: FrameLimits, take: (frame: Frame) => void) {
    this.#limits = limits;
    this.#take = take;
    this.#parts = [this.#prefix, new Uint8Array(0), new Uint8Array(0)];
  }

  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      const target = this.#parts[this.#part] ?? this.#prefix;
      const length = Math.min(chunk.length - at, target.length - this.#filled);
      target.set(chunk.subarray(at, at + length), this.#filled);
      at += length;
      this.#filled += length;
      this.#advance();
    }
  }

  /** Goes on to the next part that has any bytes, past the end of a frame to the beginning of the next. */
  #advance(): void {
    while (this.#filled === this.#parts[this.#part]?.length) {
      this.#filled = 0;
      if (this.#part === 0) this.#begin();
      if (this.#part === 2) this.#end();
      this.#part = (this.#part + 1) % 3;
    }
  }

  #begin(): void {
    const view = new DataView(this.#prefix.buffer);
    const [headBytes, bodyBytes] = [view.getUint32(0, true), view.getUint32(4, true)];
    if (headBytes > this.#limits.maxHeadBytes || bodyBytes > this.#limits.maxBodyBytes) throw notAFrame();
    this.#parts = [this.#prefix, new Uint8Array(headBytes), new Uint8Array(bodyBytes)];
  }

  #end(): void {
    const [, head, body] = this.#parts;
    this.#parts = [this.#prefix, new Uint8Array(0), new Uint8Array(0)];
    this.#take({ head: parseHead(head), body });
  }
}

function parseHead(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(utf8Text(bytes) ?? '');
  } catch {
    throw notAFrame();
  }
}

function notAFrame(): StrongroomError {
  return new StrongroomError('PREDICTION_UNAVAILABLE', 'what came through the pipe is no message of ours');
}
