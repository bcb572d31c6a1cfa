import type { ByteSource } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';

/** A source whose reads take turns, because the bytes of one read may be overwritten by the next. */
export class SerialSource {
  readonly #source: ByteSource;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** Fills all of `target`, which may be shared memory. Throws `CONTAINER_TRUNCATED` when there is less. */
  async fill(target: Uint8Array, offset: number): Promise<void> {
    const readInto = this.#source.readInto?.bind(this.#source);
    if (readInto === undefined) {
      await this.take(offset, target.length, (bytes) => target.set(bytes));
      return;
    }
    await this.#inTurn(async () => {
      if ((await readInto(target, offset)) !== target.length) throw truncated();
    });
  }

  /** Gives `use` exactly these bytes, to be done with when it returns. Throws `CONTAINER_TRUNCATED` for fewer. */
  async take<Result>(offset: number, length: number, use: (bytes: Uint8Array) => Result): Promise<Result> {
    return await this.#inTurn(async () => {
      const bytes = await this.#source.read(offset, length);
      if (bytes.length !== length) throw truncated();
      return use(bytes);
    });
  }

  async #inTurn<Result>(read: () => Promise<Result>): Promise<Result> {
    const mine = this.#turn.then(read);
    // The next one waits for the turn, not for its success.
    this.#turn = mine.catch(() => undefined);
    return await mine;
  }
}

function truncated(): StrongroomError {
  return new StrongroomError('CONTAINER_TRUNCATED', 'the payload ended before its header says');
}
