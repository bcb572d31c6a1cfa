import { setTimeout as delay } from 'node:timers/promises';
import { toBase64Url, toHex, utf8Bytes, utf8Text } from '../bytes/index.ts';
import { hmac, randomBytes } from '../crypto/index.ts';
import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import { type ExclusiveLock, Folder } from '../storage/index.ts';
import { ANCHOR_EVENT, type Anchor, type Keepers } from './anchor.ts';
import { readArchiveNotes } from './archive/archive-note.ts';
import { type AuditKeys, type AuditSecrets, deriveAuditKeys } from './audit-keys.ts';
import { formatEntry, type NewEntry } from './entry.ts';
import { type ExportLogOptions, exportLog, tileAt } from './export-log.ts';
import { writeState } from './log-state.ts';
import { openCheckpoint, type SignedCheckpoint } from './note/checkpoint.ts';
import { formatNote } from './note/signed-note.ts';
import { readCheckpoint } from './read-checkpoint.ts';
import { type SequencedPass, Sequencer } from './sequencer.ts';
import { TileStore } from './tile-store.ts';
import type { TileAddress } from './tree/tiles.ts';
import type { WalOwner } from './wal/wal-format.ts';
import { WalWriter } from './wal/wal-writer.ts';

const WAL_FOLDER = 'wal';
/** A write-ahead log of this size is ended and another one begun. */
const MAX_WAL_BYTES = 64 * 1024 * 1024;
/** How long entries wait at most for their checkpoint. */
const SEQUENCE_EVERY_MS = 1000;
/** While another process holds the lock: how long to wait, and how often. */
const MAX_MASKS = 1024;
const LOCK_WAIT_MS = 25;
const MAX_LOCK_WAITS = 80;
/** Nodes of this process that still write: a process may have a log open more than once. */
const LIVE_NODES = new Set<string>();

export interface AuditLogOptions {
  /** The folder of the log; made with mode 0700 when it is not there. */
  readonly path: string;
  readonly secrets: AuditSecrets;
  /** Between all processes that write to the log; closed by whoever opened it, after the log. */
  readonly lock: ExclusiveLock;
  /** This process, as the owner of a write-ahead log. */
  readonly process: Omit<WalOwner, 'node'>;
  /** Whether the process of an owner is still there. */
  readonly isLive: (owner: Omit<WalOwner, 'node'>) => boolean;
  readonly now: () => Date;
  /** What is kept beside the log, so that an older copy of either is found; absent: the log stands for itself. */
  readonly keepers?: Keepers;
}

/** Which entry of which process: what its outcome names. */
export interface EntryTicket {
  readonly node: string;
  readonly seq: number;
}

/**
 * The log of what was done, as one process writes it. Entries are durable when `append` resolves, and stand under a
 * signed checkpoint a second later. Several processes may write to one log.
 */
export class AuditLog {
  readonly keys: AuditKeys;
  /** The folder with `checkpoint` and `tile/`. */
  readonly base: Folder;
  readonly #options: AuditLogOptions;
  /** The same addresses come again and again. */
  readonly #masks = new Map<string, string>();
  readonly #wals: Folder;
  readonly #sequencer: Sequencer;
  #writer: WalWriter;
  #node: string;
  #opening: Promise<void> | undefined;
  #seq = 0;
  #isEnded = false;
  #hasNew = false;
  #anchored: Anchor = { catalogue: 0, keyring: 0 };
  #timer: NodeJS.Timeout | undefined;
  #pass: Promise<void> = Promise.resolve();

  private constructor(
    options: AuditLogOptions,
    parts: {
      readonly keys: AuditKeys;
      readonly base: Folder;
      readonly wals: Folder;
      readonly lock: ExclusiveLock;
      readonly node: string;
      readonly writer: WalWriter;
    },
  ) {
    this.#options = options;
    this.keys = parts.keys;
    this.base = parts.base;
    this.#wals = parts.wals;
    this.#node = parts.node;
    this.#writer = parts.writer;
    const { keepers } = options;
    this.#sequencer = new Sequencer({ ...parts, keepers, isLive: (owner) => this.#isLive(owner) });
  }

  /** Opens the log and takes in what earlier processes left. Throws `AUDIT_DAMAGED`, `AUDIT_ROLLED_BACK` and the `STORAGE_…`. */
  static async open(options: AuditLogOptions): Promise<AuditLog> {
    await using opened = new AsyncDisposableStack();
    const keys = opened.use(deriveAuditKeys(options.secrets));
    const base = opened.use(await Folder.open(options.path, { create: true }));
    const wals = opened.use(await base.folder(WAL_FOLDER, { create: true }));
    const { lock } = options;
    const node = newNode();
    const writer = await createWal(options, { keys, wals, node });
    opened.defer(() => endWal(writer, node));
    const log = new AuditLog(options, { keys, base, wals, lock, node, writer });
    await log.sequence();
    opened.move();
    return log;
  }

  /** Records an entry: durable when it resolves. Throws `AUDIT_UNAVAILABLE`; then nothing may happen. */
  async append(entry: NewEntry): Promise<EntryTicket> {
    if (this.#writer.isBroken || this.#writer.size > MAX_WAL_BYTES) await this.#renewWal();
    const [node, seq] = [this.#node, this.#seq++];
    const at = this.#options.now().toISOString();
    const bytes = formatEntry({ ...entry, v: 1, at, node, seq });
    await this.#writer.append(bytes);
    this.#hasNew = true;
    this.#timer ??= setTimeout(() => this.#sequenceSoon(), SEQUENCE_EVERY_MS).unref();
    return { node, seq };
  }

  /** A value that must be comparable, but not readable: an address, a name that somebody tried. */
  mask(value: string): string {
    const known = this.#masks.get(value);
    if (known !== undefined) return known;
    const mac = hmac('sha256', this.keys.maskKey, utf8Bytes(value));
    const masked = `hmac-sha256:${toHex(mac.subarray(0, 16))}`;
    if (this.#masks.size >= MAX_MASKS) this.#masks.clear();
    this.#masks.set(value, masked);
    return masked;
  }

  /** Puts what was written under a checkpoint, also what other processes wrote. */
  sequence(): Promise<void> {
    return this.#inTurn(() => this.#sequence());
  }

  /**
   * Runs work (a copy of what is kept beside the log) while nothing is put under a checkpoint, then puts everything
   * under one that was recorded before the work ended, and answers with it. Throws `AUDIT_UNAVAILABLE`.
   */
  async snapshot(work: () => Promise<void>): Promise<SignedCheckpoint> {
    const copy = { isDone: false };
    const before = async () => {
      await work();
      copy.isDone = true;
    };
    await this.#inTurn(() => this.#sequence(before));
    if (!copy.isDone) throw new StrongroomError('AUDIT_UNAVAILABLE', 'another process holds the audit log');
    return openCheckpoint(await readCheckpoint(this.base), this.keys.verifier);
  }

  /**
   * Copies the log as it was under a checkpoint of its own, so that it can be gone on with from there: for a backup.
   * Everything else of the home must have been copied before that checkpoint was made.
   */
  async copyTo(target: Folder, checkpoint: SignedCheckpoint, options?: ExportLogOptions): Promise<void> {
    const text = formatNote(checkpoint.note);
    const store = new TileStore(this.base);
    const tiles = (addresses: readonly TileAddress[]) =>
      Promise.all(addresses.map((address) => tileAt(store, address)));
    const archives = async () => (await readArchiveNotes(this.base)).map((note) => utf8Text(note) ?? '');
    await exportLog({ checkpoint: () => Promise.resolve(text), tiles, archives }, target, options);
    await writeState(target, this.keys.walKey, { checkpoint: text, wals: new Map() });
  }

  /** Puts everything under a checkpoint and ends. */
  async close(): Promise<void> {
    await this.#opening;
    try {
      // While it can still be recorded what is wrong with what other processes left.
      await this.sequence();
      await endWal(this.#writer, this.#node);
      this.#isEnded = true;
      // Twice: a log is removed in the pass after the one that took in its last entries.
      await this.sequence();
      await this.sequence();
    } finally {
      clearTimeout(this.#timer);
      await this.#wals.close();
      await this.base.close();
      this.keys[Symbol.dispose]();
    }
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const next = this.#pass.then(work);
    // Whoever comes after waits for this one, and does not fail with it.
    this.#pass = next.catch(() => undefined);
    return next;
  }

  async #sequence(before?: () => Promise<void>): Promise<void> {
    let isFirst = true;
    await this.#anchor();
    for (let wait = 0; wait < MAX_LOCK_WAITS; ) {
      const pass = await this.#sequencer.pass(isFirst ? before : undefined);
      if (pass === undefined) {
        // Another process is at it, and may have looked at our log before our last entry.
        wait += 1;
        await delay(LOCK_WAIT_MS);
        continue;
      }
      isFirst = false;
      await this.#tellOf(pass);
      if (!pass.hasMore) return;
    }
  }

  /** Says what is kept beside the log, where that grew: an older copy of it then contradicts the log. */
  async #anchor(): Promise<void> {
    const { keepers } = this.#options;
    if (keepers === undefined || !this.#hasNew || this.#isEnded) return;
    const anchor = await keepers.anchor();
    const { catalogue, keyring } = this.#anchored;
    if (anchor.catalogue <= catalogue && anchor.keyring <= keyring) return;
    await this.append({ kind: 'event', event: ANCHOR_EVENT, severity: 'info', details: { ...anchor } });
    this.#anchored = anchor;
    this.#hasNew = false;
  }

  #sequenceSoon(): void {
    this.#timer = undefined;
    this.sequence().catch(() => {
      // The entries are safe where they are; the next pass, or `close`, will meet the same trouble and say so.
      this.#timer ??= setTimeout(() => this.#sequenceSoon(), SEQUENCE_EVERY_MS).unref();
    });
  }

  async #tellOf({ damaged, tornBytes }: SequencedPass): Promise<void> {
    if (this.#isEnded) {
      if (damaged.length === 0) return;
      throw new StrongroomError('AUDIT_DAMAGED', `write-ahead logs were changed: ${damaged.join(', ')}`);
    }
    for (const name of damaged) {
      const details = { file: name };
      await this.append({ kind: 'event', event: 'audit.wal-damaged', severity: 'critical', details });
    }
    if (tornBytes > 0) {
      const details = { bytes: tornBytes };
      await this.append({ kind: 'event', event: 'audit.wal-torn', severity: 'notice', details });
    }
  }

  /** A new file for one that is full, or that is not there any more. */
  async #renewWal(): Promise<void> {
    this.#opening ??= this.#openNext();
    try {
      await this.#opening;
    } catch (error) {
      if (isStrongroomError(error, 'AUDIT_UNAVAILABLE')) throw error;
      throw new StrongroomError('AUDIT_UNAVAILABLE', 'no write-ahead log can be made', { cause: error });
    } finally {
      this.#opening = undefined;
    }
  }

  async #openNext(): Promise<void> {
    const [old, oldNode, node] = [this.#writer, this.#node, newNode()];
    const writer = await createWal(this.#options, { keys: this.keys, wals: this.#wals, node });
    [this.#writer, this.#node, this.#seq] = [writer, node, 0];
    await endWal(old, oldNode);
    if (!old.isBroken) return;
    const details = { file: walName(node) };
    await this.append({ kind: 'event', event: 'audit.wal-replaced', severity: 'critical', details });
  }

  #isLive(owner: WalOwner): boolean {
    const { host, pid, startedAt } = this.#options.process;
    const isOurs = owner.host === host && owner.pid === pid && owner.startedAt === startedAt;
    return isOurs ? LIVE_NODES.has(owner.node) : this.#options.isLive(owner);
  }
}

function newNode(): string {
  return toBase64Url(randomBytes(9));
}

function walName(node: string): string {
  return `wal-${node}.log`;
}

async function createWal(
  options: AuditLogOptions,
  { keys, wals, node }: { readonly keys: AuditKeys; readonly wals: Folder; readonly node: string },
): Promise<WalWriter> {
  LIVE_NODES.add(node);
  const owner = { ...options.process, node };
  try {
    return await WalWriter.create({ folder: wals, name: walName(node), key: keys.walKey, owner });
  } catch (error) {
    LIVE_NODES.delete(node);
    throw error;
  }
}

async function endWal(writer: WalWriter, node: string): Promise<void> {
  try {
    await writer.close();
  } finally {
    LIVE_NODES.delete(node);
  }
}
