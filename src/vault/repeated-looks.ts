/** For how long looks of the same kind are counted instead of recorded one by one. */
const COUNTED_MS = 10_000;
/** Kinds that are counted at a time; the oldest makes room. */
const MAX_KINDS = 4096;

/** How looks of one kind are recorded. */
export interface Look {
  /** Writes the first of them. Durable when it resolves. */
  first(): Promise<void>;
  /** Says how many followed it; never fails. */
  repeated(calls: number): void;
}

/**
 * Looks that are alike and come again and again, as from a dashboard: the first is on the record before its answer
 * leaves, those of the next ten seconds are counted, and when these are over their number is recorded.
 */
export class RepeatedLooks {
  readonly #kinds = new Map<string, Kind>();

  /** One look. Throws what `first` throws. */
  look(kind: string, look: Look): Promise<void> {
    const known = this.#kinds.get(kind);
    if (known !== undefined) return known.count();
    if (this.#kinds.size >= MAX_KINDS) this.#kinds.values().next().value?.close();
    const fresh = new Kind(look, () => {
      if (this.#kinds.get(kind) === fresh) this.#kinds.delete(kind);
    });
    this.#kinds.set(kind, fresh);
    return fresh.first;
  }

  /** Records what was counted so far. */
  close(): void {
    for (const kind of this.#kinds.values()) kind.close();
  }
}

class Kind {
  readonly first: Promise<void>;
  readonly #look: Look;
  readonly #onClose: () => void;
  readonly #timer: NodeJS.Timeout;
  #calls = 0;
  #isClosed = false;

  constructor(look: Look, onClose: () => void) {
    this.#look = look;
    this.#onClose = onClose;
    this.#timer = setTimeout(() => this.close(), COUNTED_MS).unref();
    this.first = look.first();
    // Whoever waits for it is told; the next look tries again.
    this.first.catch(() => this.close());
  }

  /** Another look: its answer leaves after the first of its kind is durable. */
  async count(): Promise<void> {
    await this.first;
    if (this.#isClosed) this.#look.repeated(1);
    else this.#calls += 1;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#onClose();
    if (this.#calls > 0) this.#look.repeated(this.#calls);
  }
}
