import { setImmediate as endOfTurn } from 'node:timers/promises';
import type { SecretBytes } from '../../bytes/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import type { AppendFile, EntryStatus, Folder } from '../../storage/index.ts';
import { END_MARK, formatBatch, formatOwner, MAX_BATCH_ENTRIES, type WalOwner } from './wal-format.ts';

/** Entries that may wait for the disk; beyond it acts are refused instead of piling up. */
const MAX_WAITING = 8192;
/** An act that could not be recorded within this time is refused. */
const DEADLINE_MS = 2000;

/** Where a process writes, and with what key. */
export interface WalWriterOptions {
  readonly folder: Folder;
  readonly name: string;
  readonly key: SecretBytes;
  readonly owner: WalOwner;
}

interface Waiting {
  readonly entry: Uint8Array;
  readonly since: number;
  resolve(): void;
  reject(error: StrongroomError): void;
}

/** Its first line, and what the file is that was made for it. */
interface Begun {
  readonly mac: Uint8Array;
  readonly identity: Pick<EntryStatus, 'dev' | 'ino'>;
}

/**
 * The write-ahead log of one process. While one batch is being made durable the next one gathers, so that a thousand
 * acts at once cost as many flushes as a few. Every failure is `AUDIT_UNAVAILABLE`, and the next entry tries again.
 */
export class WalWriter {
  readonly #options: WalWriterOptions;
  readonly #file: AppendFile;
  readonly #identity: Begun['identity'];
  #mac: Uint8Array;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  #isBroken = false;

  private constructor(options: WalWriterOptions, file: AppendFile, begun: Begun) {
    const { mac, identity } = begun;
    this.#options = options;
    this.#identity = identity;
    this.#file = file;
    this.#mac = mac;
  }

  /** Starts a file of its own. Throws the `STORAGE_…` errors. */
  static async create(options: WalWriterOptions): Promise<WalWriter> {
    const file = await options.folder.createAppendFile(options.name);
    try {
      const { bytes, mac } = formatOwner(options.key, options.owner);
      await file.commit(bytes);
      await options.folder.sync();
      return new WalWriter(options, file, { mac, identity: await file.look() });
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Bytes that are durable. */
  get size(): number {
    return this.#file.size;
  }

  /** Whether it can write no more: its file was removed or replaced, or a flush failed. A new one must be made. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Durable when it resolves. Throws `AUDIT_UNAVAILABLE`. */
  append(entry: Uint8Array): Promise<void> {
    if (this.#isBroken) return Promise.reject(unavailable('the write-ahead log is broken'));
    if (this.#waiting.length >= MAX_WAITING)
      return Promise.reject(unavailable('too many acts wait for the disk'));
    return new Promise((resolve, reject) => {
      const since = performance.now();
      this.#waiting.push({ entry, since, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Waits for what is on its way, marks the end and closes the file. Without the mark the process counts as its end. */
  async close(): Promise<void> {
    await this.#running;
    try {
      const { bytes } = formatBatch(this.#options.key, this.#mac, END_MARK);
      if (!this.#isBroken) await this.#file.commit(bytes).catch(() => undefined);
    } finally {
      await this.#file.close();
    }
  }

  async #run(): Promise<void> {
    // To the end of the turn, so that all of the calls that came in with it go along.
    await endOfTurn();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, MAX_BATCH_ENTRIES);
      const late = batch.filter(({ since }) => performance.now() - since > DEADLINE_MS);
      for (const each of late) each.reject(unavailable('the disk took too long'));
      const inTime = batch.filter((each) => !late.includes(each));
      if (inTime.length > 0) await this.#commit(inTime);
    }
    this.#running = undefined;
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    try {
      const entries = batch.map(({ entry }) => entry);
      const { bytes, mac } = formatBatch(this.#options.key, this.#mac, entries);
      await this.#file.commit(bytes);
      this.#mac = mac;
      await this.#assertInPlace();
      for (const each of batch) each.resolve();
    } catch (error) {
      this.#isBroken ||= this.#file.isTorn;
      const failure = unavailable('an act could not be recorded', error);
      for (const each of batch) each.reject(failure);
    }
  }

  /** A file that lost its name takes entries that nobody will ever find. */
  async #assertInPlace(): Promise<void> {
    const { folder, name } = this.#options;
    const named = await folder.statusAtOnce(name);
    const { dev, ino } = this.#identity;
    if (named?.ino === ino && named.dev === dev && named.size === BigInt(this.#file.size)) return;
    this.#isBroken = true;
    throw new StrongroomError('AUDIT_DAMAGED', 'the write-ahead log was removed, replaced or cut');
  }
}

function unavailable(message: string, cause?: unknown): StrongroomError {
  return new StrongroomError('AUDIT_UNAVAILABLE', message, { cause });
}
