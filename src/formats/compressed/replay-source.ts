import { type ByteSource, concatBytes } from '../../bytes/index.ts';

/** How much of a decompressed content is held in memory. */
export interface ReplayLimits {
  /** Content up to this size is held whole, in bytes. */
  readonly maxHeldBytes: number;
  /** Content beyond this is not decompressed. */
  readonly maxContentBytes: number;
}

/** What the first pass over a content saw. */
export interface ContentSummary {
  readonly size: number;
  /** Whether it was ended by `maxContentBytes`. */
  readonly isCut: boolean;
}

/** Behind this many bytes a window of what was last read is kept, for readers that step back a little. */
const WINDOW_BYTES = 1 << 20;

/**
 * Random access to a content that can only be streamed, such as a compressed member, in bounded memory: it is streamed
 * once to learn its size and held if it is small; otherwise reading on streams on, and reading back streams again from
 * the start. `open` is called for every pass; `onChunk` sees every chunk of the first (for check sums and budgets).
 */
export async function openReplaySource(
  open: () => AsyncGenerator<Uint8Array, unknown>,
  options: ReplayLimits & { readonly onChunk?: (chunk: Uint8Array) => void },
): Promise<{ readonly source: ByteSource; readonly summary: ContentSummary }> {
  const held: Uint8Array[] = [];
  let size = 0;
  let isCut = false;
  for await (const chunk of open()) {
    options.onChunk?.(chunk);
    size += chunk.length;
    if (size > options.maxContentBytes) {
      size = options.maxContentBytes;
      isCut = true;
      break;
    }
    if (size <= options.maxHeldBytes) held.push(new Uint8Array(chunk));
    else held.length = 0;
  }
  const summary = { size, isCut };
  if (size <= options.maxHeldBytes && !isCut) {
    const bytes = concatBytes(...held);
    return { summary, source: heldSource(bytes) };
  }
  return { summary, source: new ReplaySource(size, open) };
}

function heldSource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: (offset, length) =>
      Promise.resolve(bytes.subarray(offset, Math.min(bytes.length, offset + Math.max(0, length)))),
  };
}

/** Streams on for reads that go forward, and again from the start for those that go back. */
class ReplaySource implements ByteSource {
  readonly size: number;
  readonly #open: () => AsyncGenerator<Uint8Array, unknown>;
  #stream: AsyncGenerator<Uint8Array, unknown> | undefined;
  /** The bytes `[#start, #start + #window.length)` of the content. */
  #window: Uint8Array = new Uint8Array(0);
  #start = 0;
  /** Reads come one after another even when asked for at once. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(size: number, open: () => AsyncGenerator<Uint8Array, unknown>) {
    this.size = size;
    this.#open = open;
  }

  read(offset: number, length: number): Promise<Uint8Array> {
    const reading = this.#turn.then(() => this.#read(offset, length));
    this.#turn = reading.catch(() => undefined);
    return reading;
  }

  async #read(offset: number, length: number): Promise<Uint8Array> {
    const end = Math.min(this.size, offset + Math.max(0, length));
    if (end <= offset) return new Uint8Array(0);
    if (this.#stream === undefined || offset < this.#start) await this.#restart();
    const parts: Uint8Array[] = [];
    let at = offset;
    while (at < end) {
      const windowEnd = this.#start + this.#window.length;
      if (at < windowEnd) {
        const part = this.#window.subarray(at - this.#start, end - this.#start);
        parts.push(part);
        at += part.length;
      } else if (!(await this.#advance())) {
        break;
      }
    }
    return concatBytes(...parts);
  }

  async #restart(): Promise<void> {
    await this.#stream?.return(undefined);
    this.#stream = this.#open();
    this.#window = new Uint8Array(0);
    this.#start = 0;
  }

  async #advance(): Promise<boolean> {
    const next = await this.#stream?.next();
    if (next === undefined || next.done === true) return false;
    const kept = this.#window.subarray(Math.max(0, this.#window.length - WINDOW_BYTES));
    this.#start += this.#window.length - kept.length;
    this.#window = concatBytes(kept, next.value);
    return true;
  }
}
