import type { ActFacts, RecordedEntry } from './gate.ts';

/** For how long calls of the same kind share an entry. */
const SHARED_MS = 10_000;
/** Shared entries under way; the oldest makes room. */
const MAX_SHARED = 4096;
/** Versions that one entry names: an alias that moves meanwhile makes two. */
const MAX_VERSIONS = 16;

/** How often something was done under one entry, and how often without success. */
export interface Calls {
  readonly calls: number;
  readonly failedCalls: number;
}

/** An entry that stands for many calls; `finish` says how many when it ends. */
export interface SharedEntry extends RecordedEntry {
  finish(calls: Calls): Promise<void>;
}

/**
 * Acts of one caller that are alike and come by the thousand, as predictions do: the first of them is on the record
 * before it happens, and so are all that share its entry. What became of them follows, counted, when ten seconds are over.
 */
export class JoinedActs {
  readonly #shared = new Map<string, Shared>();

  /** A call of a kind; `begin` makes the entry where none is under way. Throws what `begin` throws. */
  join(kind: string, begin: () => Promise<SharedEntry>): Promise<RecordedEntry> {
    let shared = this.#shared.get(kind);
    if (shared === undefined) {
      shared = new Shared(begin(), () => {
        if (this.#shared.get(kind) === shared) this.#shared.delete(kind);
      });
      if (this.#shared.size >= MAX_SHARED) this.#oldest()?.close();
      this.#shared.set(kind, shared);
    }
    return shared.call();
  }

  /** Ends all of them, with what is known. */
  async close(): Promise<void> {
    await Promise.all([...this.#shared.values()].map((shared) => shared.end()));
  }

  #oldest(): Shared | undefined {
    return this.#shared.values().next().value;
  }
}

class Shared {
  readonly #entry: Promise<SharedEntry>;
  readonly #onClose: () => void;
  readonly #timer: NodeJS.Timeout;
  readonly #versions = new Set<string>();
  #calls = 0;
  #failedCalls = 0;
  #underWay = 0;
  #isClosed = false;
  #hasEnded = false;

  constructor(entry: Promise<SharedEntry>, onClose: () => void) {
    this.#entry = entry;
    this.#onClose = onClose;
    this.#timer = setTimeout(() => {
      this.close();
    }, SHARED_MS).unref();
    // Whoever made it is told.
    entry.catch(() => {
      this.#hasEnded = true;
      this.close();
    });
  }

  /** One more call. It goes on when the entry is durable. */
  async call(): Promise<RecordedEntry> {
    this.#underWay += 1;
    this.#calls += 1;
    const entry = await this.#entry;
    return {
      note: (facts) => {
        this.#note(entry, facts);
      },
      released: (file, start, end) => {
        entry.released(file, start, end);
      },
      end: async (outcome) => {
        this.#underWay -= 1;
        if (outcome !== 'done') this.#failedCalls += 1;
        if (this.#isClosed && this.#underWay === 0) await this.end();
      },
    };
  }

  /** No further calls. It ends with the last of those under way. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#onClose();
    if (this.#underWay === 0) void this.end();
  }

  /** Ends now, whatever is under way. */
  async end(): Promise<void> {
    this.close();
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const entry = await this.#entry;
    await entry.finish({ calls: this.#calls, failedCalls: this.#failedCalls });
  }

  #note(entry: SharedEntry, noted: ActFacts): void {
    if (this.#isNoted(noted)) return;
    const { version, ...facts } = noted;
    if (version !== undefined && this.#versions.size < MAX_VERSIONS) this.#versions.add(version);
    entry.note({ ...facts, ...(version === undefined ? {} : { version: [...this.#versions].join(', ') }) });
  }

  /** Whether it says nothing but a version that an earlier call has said. */
  #isNoted(facts: ActFacts): boolean {
    return (
      facts.version !== undefined && this.#versions.has(facts.version) && Object.keys(facts).length === 1
    );
  }
}
