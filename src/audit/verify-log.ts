import { assertNotAborted } from '../bytes/index.ts';
import { equalBytes } from '../crypto/index.ts';
import { toStrongroomError } from '../errors/index.ts';
import type { ArchiveFile } from './archive/archive-file.ts';
import { type ArchiveNote, openArchiveNote } from './archive/archive-note.ts';
import { type AuditEntry, parseEntry } from './entry.ts';
import { openCheckpoint, type SignedCheckpoint } from './note/checkpoint.ts';
import type { NoteKey } from './note/note-key.ts';
import { isSignedBy } from './note/signed-note.ts';
import { CompactRange } from './tree/compact-range.ts';
import { hashOfTile, TILE_HEIGHT, TILE_WIDTH, type TileAddress, tileWidthAt } from './tree/tiles.ts';
import { HASH_BYTES, leafHash } from './tree/tree-hash.ts';
import { type TileSource, TreeReader } from './tree/tree-reader.ts';

/** Findings beyond this number are only counted: a log that is damaged throughout is damaged. */
const MAX_FINDINGS = 1000;

/** One thing that is wrong with a log. */
export interface AuditFinding {
  readonly code:
    | 'signature'
    | 'tile'
    | 'root'
    | 'entry'
    | 'order'
    | 'outcome-missing'
    | 'wal'
    | 'rolled-back'
    | 'leftover';
  readonly message: string;
  /** Index of the entry, where it is about one. */
  readonly index?: number;
}

/** What a verification came to. */
export interface AuditVerification {
  /** No finding; what is still under way is none. */
  readonly isSound: boolean;
  /** Entries that the root was computed over. */
  readonly entries: number;
  /** Those of them of which only the hash was there: they are archived. */
  readonly archived: number;
  /** Under which the log was verified. */
  readonly checkpoint?: SignedCheckpoint;
  readonly findings: readonly AuditFinding[];
  readonly moreFindings: number;
  /** Acts whose outcome is not recorded: under way when the checkpoint was made, or ended by a kill. */
  readonly openActs: number;
}

export interface VerifyLogOptions {
  readonly tiles: TileSource;
  readonly checkpoint: Uint8Array;
  readonly key: NoteKey;
  /** Where it is known, its signature must be there too and hold. */
  readonly quantumKey?: NoteKey;
  /** Notes of the archives that entries were moved to, as they are stored; those entries may be missing. */
  readonly archiveNotes?: readonly Uint8Array[];
  /** Archives that are at hand: their entries are verified too. */
  readonly archives?: readonly ArchiveFile[];
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Verifies a whole log: the checkpoint's signature, every entry against its leaf, every tile against the entries, the
 * root, and that no process left out a number. Memory is constant in the length of the log but for acts under way.
 */
export async function verifyLog(options: VerifyLogOptions): Promise<AuditVerification> {
  const findings = new Findings();
  const checkpoint = readCheckpoint(options, findings);
  if (checkpoint === undefined) return findings.report({ entries: 0, archived: 0, openActs: 0 });
  const { size } = checkpoint;
  const tree = new TreeReader(withArchives(options), size);
  const notes = openNotes(options, findings);
  const tiles = new TileCheck(options.tiles, size, findings);
  const order = new OrderCheck(findings);
  const range = new CompactRange();
  for (let bundle = 0; bundle * TILE_WIDTH < size; bundle++) {
    assertNotAborted(options.signal);
    const leaves = await readLeaves(tree, bundle, { findings, order, notes });
    if (leaves === undefined) {
      return findings.report({ entries: range.size, archived: order.archived, openActs: 0, checkpoint });
    }
    for (const leaf of leaves) range.append(leaf, ({ level }, hash) => tiles.add(level, hash));
    await tiles.compare();
    options.onProgress?.(range.size, size);
  }
  await tiles.finish();
  if (!equalBytes(range.root(), checkpoint.root))
    findings.add({ code: 'root', message: 'the entries do not give the root of the checkpoint' });
  return findings.report({ entries: size, archived: order.archived, openActs: order.openActs, checkpoint });
}

/** Tiles, where entries are looked for in the archives first. */
function withArchives({ tiles, archives = [] }: VerifyLogOptions): TileSource {
  if (archives.length === 0) return tiles;
  return {
    read: async (address) => {
      const place = address.index * TILE_WIDTH;
      const archive =
        address.level === 'entries'
          ? archives.find(({ note }) => place >= note.first && place < note.end)
          : undefined;
      return (await archive?.bundle(address.index)) ?? (await tiles.read(address));
    },
  };
}

function openNotes({ archiveNotes = [], key }: VerifyLogOptions, findings: Findings): readonly ArchiveNote[] {
  return archiveNotes.flatMap((bytes) => {
    try {
      return [openArchiveNote(bytes, key)];
    } catch (error) {
      findings.add({ code: 'signature', message: toStrongroomError(error).message });
      return [];
    }
  });
}

function readCheckpoint(options: VerifyLogOptions, findings: Findings): SignedCheckpoint | undefined {
  try {
    const checkpoint = openCheckpoint(options.checkpoint, options.key);
    if (options.quantumKey !== undefined && !isSignedBy(checkpoint.note, options.quantumKey))
      findings.add({ code: 'signature', message: 'the second signature (ML-DSA-65) is missing or wrong' });
    return checkpoint;
  } catch (error) {
    findings.add({ code: 'signature', message: toStrongroomError(error).message });
    return undefined;
  }
}

interface Verifying {
  readonly findings: Findings;
  readonly order: OrderCheck;
  readonly notes: readonly ArchiveNote[];
}

/** The leaves of a bundle: from its entries, or where those are archived, from the hashes that stayed. */
async function readLeaves(
  tree: TreeReader,
  bundle: number,
  { findings, order, notes }: Verifying,
): Promise<readonly Uint8Array[] | undefined> {
  const place = bundle * TILE_WIDTH;
  try {
    const entries = await tree.entries(bundle);
    for (const [at, entry] of entries.entries()) order.check(place + at, parseEntry(entry));
    return entries.map(leafHash);
  } catch (error) {
    try {
      if (!notes.some(({ first, end }) => place >= first && place < end)) throw error;
      const tile = await tree.hashTile(0, bundle);
      order.pass(TILE_WIDTH);
      return Array.from({ length: TILE_WIDTH }, (_, at) => hashOfTile(tile, at));
    } catch (thrown) {
      findings.add({ code: 'tile', message: toStrongroomError(thrown).message, index: place });
      return undefined;
    }
  }
}

/** Gathers what is found. */
class Findings {
  readonly #found: AuditFinding[] = [];
  #more = 0;

  add(finding: AuditFinding): void {
    if (this.#found.length < MAX_FINDINGS) this.#found.push(finding);
    else this.#more += 1;
  }

  report(
    what: Pick<AuditVerification, 'entries' | 'archived' | 'openActs' | 'checkpoint'>,
  ): AuditVerification {
    const isSound = this.#found.length === 0;
    return { ...what, isSound, findings: this.#found, moreFindings: this.#more };
  }
}

/** Compares the hash tiles that are stored with those that the entries give. */
class TileCheck {
  readonly #source: TileSource;
  readonly #size: number;
  readonly #findings: Findings;
  readonly #levels: { index: number; hashes: Uint8Array[] }[] = [];
  readonly #ready: { readonly address: TileAddress; readonly bytes: Uint8Array }[] = [];

  constructor(source: TileSource, size: number, findings: Findings) {
    this.#source = source;
    this.#size = size;
    this.#findings = findings;
  }

  add(level: number, hash: Uint8Array): void {
    if (level % TILE_HEIGHT !== 0) return;
    const tileLevel = level / TILE_HEIGHT;
    const open = (this.#levels[tileLevel] ??= { index: 0, hashes: [] });
    open.hashes.push(hash);
    if (open.hashes.length === TILE_WIDTH) this.#close(tileLevel);
  }

  async compare(): Promise<void> {
    for (const { address, bytes } of this.#ready.splice(0)) {
      const { level, index, width } = address;
      const stored =
        (await this.#source.read(address)) ??
        (await this.#source.read({ ...address, width: TILE_WIDTH }))?.subarray(0, width * HASH_BYTES);
      if (stored !== undefined && equalBytes(stored, bytes)) continue;
      const told = stored === undefined ? 'is missing' : 'does not fit the entries';
      this.#findings.add({ code: 'tile', message: `tile ${level}/${index} ${told}` });
    }
  }

  async finish(): Promise<void> {
    for (const [level, { index, hashes }] of this.#levels.entries()) {
      if (hashes.length > 0 && tileWidthAt(this.#size, level, index) === hashes.length) this.#close(level);
    }
    await this.compare();
  }

  #close(level: number): void {
    const open = this.#levels[level];
    if (open === undefined) return;
    const hashes = open.hashes.splice(0);
    const bytes = new Uint8Array(hashes.length * HASH_BYTES);
    for (const [at, hash] of hashes.entries()) bytes.set(hash, at * HASH_BYTES);
    this.#ready.push({ address: { level, index: open.index, width: hashes.length }, bytes });
    open.index += 1;
  }
}

/** Every process numbers what it writes: a number that is missing, repeated or out of order tells of meddling. */
class OrderCheck {
  readonly #findings: Findings;
  readonly #next = new Map<string, number>();
  readonly #open = new Set<string>();
  #archived = 0;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  get archived(): number {
    return this.#archived;
  }

  /** Entries that cannot be looked at. */
  pass(count: number): void {
    this.#archived += count;
  }

  get openActs(): number {
    return this.#open.size;
  }

  check(index: number, entry: AuditEntry | undefined): void {
    if (entry === undefined) {
      this.#findings.add({ code: 'entry', message: 'not an entry of this format', index });
      return;
    }
    const expected = this.#next.get(entry.node) ?? 0;
    // A number that was refused for want of disk is left out; nothing happened then.
    if (entry.seq < expected) {
      this.#findings.add({
        code: 'order',
        message: `entry ${entry.seq} of ${entry.node} comes twice`,
        index,
      });
    }
    this.#next.set(entry.node, entry.seq + 1);
    if (entry.kind === 'intent') this.#open.add(`${entry.node}/${entry.seq}`);
    if (entry.kind === 'outcome') this.#open.delete(`${entry.intentNode}/${entry.intent}`);
  }
}
