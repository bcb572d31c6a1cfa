import type { ModelName, VersionStatistics } from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { ModelSession, type OpenModel, type SessionOptions } from './model-session.ts';
import { VersionCounts } from './version-counts.ts';

/** A model that may be served, as whoever asks for it may open it. */
export interface ServableModel {
  /** Names the version and its content; another content under the same name is another model. */
  readonly key: string;
  readonly model: ModelName;
  readonly version: number;
  /** In bytes. */
  readonly size: number;
  open(): Promise<OpenModel>;
}

export interface PoolOptions {
  /** Memory of all runners together, in bytes. */
  readonly memoryBytes: number;
  /** What one model may use. */
  readonly sessionOptions: (model: ModelName) => SessionOptions;
}

/** Whether a model is in memory and answers. */
export type PoolState = 'ready' | 'loading' | 'absent';

/** One that is in memory, or on its way there. */
export type LoadedModel = Pick<ServableModel, 'key' | 'model' | 'version'>;

interface Counted {
  readonly model: ModelName;
  readonly version: number;
  readonly counts: VersionCounts;
}

/** Memory of a runner without a model. */
const RUNNER_BYTES = 80 * 2 ** 20;
/** A model stands in memory as it came and as it is computed with, while it is loaded. */
const MODEL_FACTOR = 2;
/** Names that counts are kept of. */
const MAX_COUNTED = 10_000;

interface Entry {
  readonly of: ServableModel;
  readonly session: Promise<ModelSession>;
  /** What it is reckoned with before it can be measured. */
  readonly estimate: number;
  opened?: ModelSession;
  /** Grows with every use of any. */
  usedAt: number;
}

/**
 * The models that are in memory: loaded when somebody asks, once for all who do, and kept by use within a memory budget.
 */
export class SessionPool {
  readonly #options: PoolOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #counted = new Map<string, Counted>();
  #uses = 0;
  #isClosed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /**
   * The session of a model. Throws as `ModelSession.open`, `MODEL_TOO_LARGE` for what never fits, and `PREDICTION_BUSY`
   * where others that are at work take all the memory.
   */
  async session(model: ServableModel): Promise<ModelSession> {
    const entry = this.#entries.get(model.key) ?? (await this.#load(model));
    entry.usedAt = ++this.#uses;
    const session = await entry.session;
    session.reopen = () => model.open();
    return session;
  }

  loaded(): readonly LoadedModel[] {
    return [...this.#entries].map(([key, { of }]) => ({ key, model: of.model, version: of.version }));
  }

  stateOf(key: string): PoolState {
    const entry = this.#entries.get(key);
    if (entry === undefined) return 'absent';
    return entry.opened?.isReady === true ? 'ready' : 'loading';
  }

  /** Ends a session; one that is not there is fine. Resolves when its process is gone. */
  async unload(key: string): Promise<void> {
    const entry = this.#entries.get(key);
    this.#entries.delete(key);
    await entry?.session.then(
      (session) => session.close(),
      () => undefined,
    );
  }

  /** What versions did since this process began. */
  statistics(): readonly VersionStatistics[] {
    return [...this.#counted.values()].map((counted) => counted.counts.get(counted));
  }

  /** Ends all. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#entries.keys()].map((key) => this.unload(key)));
  }

  async #load(model: ServableModel): Promise<Entry> {
    const estimate = RUNNER_BYTES + MODEL_FACTOR * model.size;
    this.#assertFits(model, estimate);
    await this.#makeRoom(estimate);
    // Somebody else may have been faster while room was made.
    const known = this.#entries.get(model.key);
    if (known !== undefined) return known;
    const entry: Entry = { of: model, session: this.#open(model), estimate, usedAt: ++this.#uses };
    this.#entries.set(model.key, entry);
    entry.session.then(
      (session) => {
        entry.opened = session;
      },
      () => {
        this.#forget(model.key, entry);
      },
    );
    return entry;
  }

  #open(model: ServableModel): Promise<ModelSession> {
    if (this.#isClosed) throw new StrongroomError('PREDICTION_UNAVAILABLE', 'the strongroom is being closed');
    const onClose = (): void => {
      const entry = this.#entries.get(model.key);
      if (entry?.opened !== undefined) this.#forget(model.key, entry);
    };
    const parts = {
      options: this.#options.sessionOptions(model.model),
      counts: this.#countsOf(model),
      onClose,
    };
    return ModelSession.open(parts, () => model.open());
  }

  #forget(key: string, entry: Entry): void {
    if (this.#entries.get(key) === entry) this.#entries.delete(key);
  }

  #countsOf({ model, version }: ServableModel): VersionCounts {
    const name = `${model}@${version}`;
    const known = this.#counted.get(name) ?? { model, version, counts: new VersionCounts() };
    if (this.#counted.size >= MAX_COUNTED) this.#counted.clear();
    this.#counted.set(name, known);
    return known.counts;
  }

  #assertFits({ model, version, size }: ServableModel, estimate: number): void {
    const most = Math.min(this.#options.sessionOptions(model).memoryBytes, this.#options.memoryBytes);
    if (estimate <= most) return;
    const told = `${model}@${version} has ${size} bytes, and takes about ${estimate} bytes of memory where ${most} may be used`;
    throw new StrongroomError('MODEL_TOO_LARGE', told);
  }

  /** Unloads what was not used for longest, until there is room. */
  async #makeRoom(bytes: number): Promise<void> {
    while (this.#usedBytes() + bytes > this.#options.memoryBytes) {
      const [oldest] = [...this.#entries]
        .filter(([, { opened }]) => opened?.isIdle === true)
        .sort(([, one], [, other]) => one.usedAt - other.usedAt);
      if (oldest === undefined) {
        throw new StrongroomError('PREDICTION_BUSY', 'other models take all the memory', {
          retryAfterSeconds: 1,
        });
      }
      await this.unload(oldest[0]);
    }
  }

  #usedBytes(): number {
    let sum = 0;
    for (const { opened, estimate } of this.#entries.values()) {
      sum += opened === undefined ? estimate : Math.max(opened.memoryBytes, RUNNER_BYTES);
    }
    return sum;
  }
}
