import { utf8Bytes } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { type ExclusiveLock, type Folder, sweepTemporary } from '../storage/index.ts';
import { assertNotOlder, findAnchor, type Keepers, newestAnchorOf } from './anchor.ts';
import { sweepArchiveNotes } from './archive/archive-note.ts';
import type { AuditKeys } from './audit-keys.ts';
import { type LogState, readState, writeState } from './log-state.ts';
import { openCheckpoint, signCheckpoint } from './note/checkpoint.ts';
import { CHECKPOINT_FILE } from './read-checkpoint.ts';
import { TileStore } from './tile-store.ts';
import { TILE_WIDTH } from './tree/tiles.ts';
import { emptyRoot } from './tree/tree-hash.ts';
import { TreeReader } from './tree/tree-reader.ts';
import { type NewTile, TreeWriter } from './tree/tree-writer.ts';
import type { WalOwner } from './wal/wal-format.ts';
import { readWal, type WalPosition, type WalRead } from './wal/wal-reader.ts';

/** Entries taken in under one lock and one checkpoint. */
const MAX_ENTRIES_PER_PASS = 65_536;
const WAL_PATTERN = /^wal-[A-Za-z0-9_-]{4,64}\.log$/;

/** What the sequencer works on. */
export interface SequencerDeps {
  /** Holds `checkpoint`, `state.json`, `tile/`. */
  readonly base: Folder;
  /** Holds the write-ahead logs. */
  readonly wals: Folder;
  readonly lock: ExclusiveLock;
  readonly keys: AuditKeys;
  /** Whether the process that writes a log is still there; its log is removed when it is not. */
  readonly isLive: (owner: WalOwner) => boolean;
  /** What is kept beside the log; absent: the log stands for itself. */
  readonly keepers?: Keepers | undefined;
}

/** What one pass did. */
export interface SequencedPass {
  /** Logs whose owner died while writing: bytes of a batch that nobody was told of. */
  readonly tornBytes: number;
  /** Logs that were changed or cut behind our back. */
  readonly damaged: readonly string[];
  readonly hasMore: boolean;
}

/** Takes the write-ahead logs of all processes into the one tree. One process does it at a time, any may. */
export class Sequencer {
  readonly #deps: SequencerDeps;
  readonly #tiles: TileStore;
  #writer: TreeWriter | undefined;
  #isCompared = false;
  #isSwept = false;

  constructor(deps: SequencerDeps) {
    this.#deps = deps;
    this.#tiles = new TileStore(deps.base);
  }

  /**
   * One pass; `undefined` when another process is at it. Throws `AUDIT_DAMAGED`, `AUDIT_ROLLED_BACK` and the `STORAGE_…`
   * errors. `before` runs first, while nothing else is put under a checkpoint.
   */
  async pass(before?: () => Promise<void>): Promise<SequencedPass | undefined> {
    const done = await this.#deps.lock.tryWith(async () => {
      try {
        await before?.();
        return await this.#pass();
      } catch (error) {
        // What is in memory may be ahead of what is stored.
        this.#writer = undefined;
        throw error;
      }
    });
    return done?.result;
  }

  async #pass(): Promise<SequencedPass> {
    const { base, keys } = this.#deps;
    if (!this.#isSwept) await this.#sweep();
    const state = await readState(base, keys.walKey);
    const writer = await this.#openWriter(state);
    const intake = await this.#takeIn(state);
    await this.#compare(writer, intake);
    for (const entry of intake.entries) writer.append(entry);
    const isChanged = intake.entries.length > 0 || state === undefined || intake.isChanged;
    if (isChanged) await this.#publish(writer, intake.positions);
    for (const name of intake.finished) await this.#deps.wals.removeFile(name);
    const { entries, tornBytes, damaged } = intake;
    const hasMore = entries.length >= MAX_ENTRIES_PER_PASS;
    return { tornBytes, damaged, hasMore };
  }

  /** Clears away what a kill left half written: under the lock nobody is writing here. */
  async #sweep(): Promise<void> {
    await sweepTemporary(this.#deps.base, 0);
    await this.#tiles.sweep();
    await sweepArchiveNotes(this.#deps.base);
    this.#isSwept = true;
  }

  /** The log against what is kept beside it, before another checkpoint hides which of them is older. */
  async #compare(writer: TreeWriter, intake: Intake): Promise<void> {
    const { keepers } = this.#deps;
    if (keepers === undefined) return;
    const [size, root] = [writer.size, writer.root()];
    const tree = new TreeReader(this.#tiles, size);
    await assertNotOlder(await keepers.noted(), { size, root, tree });
    if (this.#isCompared) return;
    const anchor = newestAnchorOf(intake.entries) ?? (await findAnchor(tree, root));
    if (anchor !== undefined) await keepers.assertReach(anchor);
    this.#isCompared = true;
  }

  async #openWriter(state: LogState | undefined): Promise<TreeWriter> {
    // Without the state nobody knows what was taken in already, and a new beginning would hide what was.
    if (state === undefined && (await this.#deps.base.status(CHECKPOINT_FILE)) !== undefined)
      throw new StrongroomError('AUDIT_DAMAGED', 'the state of the audit log is missing');
    const stored = state && openCheckpoint(state.checkpoint, this.#deps.keys.verifier);
    const size = stored?.size ?? 0;
    if (this.#writer?.size !== size) {
      this.#writer = await TreeWriter.open(new TreeReader(this.#tiles, size));
    }
    const root = stored?.root ?? emptyRoot();
    // Tiles that were changed would otherwise be signed for with the next checkpoint.
    if (!Buffer.from(root).equals(this.#writer.root()))
      throw new StrongroomError('AUDIT_DAMAGED', 'the tiles of the audit log do not fit its checkpoint');
    return this.#writer;
  }

  async #takeIn(state: LogState | undefined): Promise<Intake> {
    const intake = new Intake(state?.wals ?? new Map());
    const names = (await this.#deps.wals.entries())
      .filter(({ kind, name }) => kind === 'file' && WAL_PATTERN.test(name))
      .map(({ name }) => name);
    for (const name of names) {
      const room = MAX_ENTRIES_PER_PASS - intake.entries.length;
      if (room <= 0) break;
      // Asked before reading: what it writes afterwards is read the next time.
      const read = await readWal(this.#deps.wals, name, {
        key: this.#deps.keys.walKey,
        maxEntries: room,
        ...intake.from(name),
      });
      intake.add(name, read, read !== undefined && !read.isClosed && this.#deps.isLive(read.owner));
    }
    intake.missing(names);
    return intake;
  }

  /** The order is what makes a kill harmless: tiles, then the state that binds us, then what others read. */
  async #publish(writer: TreeWriter, wals: ReadonlyMap<string, WalPosition>): Promise<void> {
    const { base, keys } = this.#deps;
    const tiles = writer.takeTiles();
    await this.#tiles.write(tiles);
    const head = { origin: keys.origin, size: writer.size, root: writer.root() };
    const checkpoint = signCheckpoint(head, keys.signers);
    await writeState(base, keys.walKey, { checkpoint, wals });
    await base.replaceFile(CHECKPOINT_FILE, utf8Bytes(checkpoint));
    await this.#deps.keepers?.note(head);
    await this.#removePartials(tiles);
  }

  async #removePartials(tiles: readonly NewTile[]): Promise<void> {
    for (const { address } of tiles) {
      if (address.width === TILE_WIDTH) await this.#tiles.removePartials(address.level, address.index);
    }
  }
}

/** What is taken in during one pass. */
class Intake {
  readonly entries: Uint8Array[] = [];
  readonly positions: Map<string, WalPosition>;
  readonly finished: string[] = [];
  readonly damaged: string[] = [];
  tornBytes = 0;
  isChanged = false;
  readonly #before: ReadonlyMap<string, WalPosition>;

  constructor(before: ReadonlyMap<string, WalPosition>) {
    this.#before = before;
    this.positions = new Map(before);
  }

  from(name: string): { readonly from?: WalPosition } {
    const from = this.#before.get(name);
    return from === undefined ? {} : { from };
  }

  add(name: string, read: WalRead | undefined, isLive: boolean): void {
    if (read === undefined || read.isDamaged) {
      this.damaged.push(name);
      if (read === undefined) return;
    }
    for (const entry of read.entries) this.entries.push(entry);
    this.isChanged ||= this.#before.get(name)?.offset !== read.position.offset;
    // With entries in hand it stays for one more pass: until they are in a signed tree, it is all there is of them.
    const isDone = !isLive && !read.isDamaged && read.entries.length === 0;
    this.positions.set(name, { ...read.position, isDone });
    if (!isDone) return;
    // First the state says that it is done, then it goes: a kill in between must not take it in twice.
    this.finished.push(name);
    this.isChanged ||= this.#before.get(name)?.isDone !== true;
    this.tornBytes += read.tailBytes;
  }

  /** A log that was known and is gone, without having been done, was taken away. */
  missing(names: readonly string[]): void {
    for (const [name, { isDone }] of this.#before) {
      if (names.includes(name)) continue;
      if (isDone !== true) this.damaged.push(name);
      this.positions.delete(name);
      this.isChanged = true;
    }
  }
}
