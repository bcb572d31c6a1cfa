import type { ByteIterator, ByteStream } from '../bytes/index.ts';
import type { Flow } from './flow.ts';
import type { SlabFiller } from './slab-filler.ts';

/** Bytes that one step of `read` has room for. */
const ROOM_BYTES = 1_048_576;

/** The input, piece by piece, given up when something else fails. */
export class InputReader {
  readonly #iterator: ByteIterator;
  readonly #readInto: ((target: Uint8Array) => Promise<number>) | undefined;
  readonly #flow: Flow;

  constructor(input: ByteStream, flow: Flow) {
    this.#iterator = input[Symbol.asyncIterator]();
    this.#readInto = this.#iterator.readInto?.bind(this.#iterator);
    this.#flow = flow;
  }

  /** The next bytes, which are the caller's; `undefined` at the end. */
  async read(): Promise<Uint8Array | undefined> {
    const readInto = this.#readInto;
    if (readInto === undefined) {
      const chunk = await this.#next();
      // Not slice(): of a Buffer that is a view, and the caller wipes what it gets.
      return chunk && new Uint8Array(chunk);
    }
    const room = new Uint8Array(ROOM_BYTES);
    const length = await this.#flow.interruptible(() => readInto(room));
    return length === 0 ? undefined : room.subarray(0, length);
  }

  /** Puts the next bytes into slabs, without a copy where the input can do that; gives how many, 0 at the end. */
  async readInto(filler: SlabFiller): Promise<number> {
    const readInto = this.#readInto;
    if (readInto !== undefined) return await this.#flow.interruptible(() => filler.fill(readInto));
    for (let chunk = await this.#next(); chunk !== undefined; chunk = await this.#next()) {
      if (chunk.length === 0) continue;
      await filler.add(chunk);
      return chunk.length;
    }
    return 0;
  }

  /** Tells the input that nobody reads on, without waiting: it may be stuck, which may be why. */
  abandon(): void {
    // The failure that is being thrown says what happened; one more from the clean-up would hide it.
    this.#iterator.return?.().catch(() => undefined);
  }

  async #next(): Promise<Uint8Array | undefined> {
    const step = await this.#flow.interruptible(() => this.#iterator.next());
    return step.done === true ? undefined : step.value;
  }
}
