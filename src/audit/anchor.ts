import { concatBytes } from '../bytes/index.ts';
import { equalBytes } from '../crypto/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { parseEntry } from './entry.ts';
import { proveInclusion, type TreeHead, verifyInclusion } from './tree/proofs.ts';
import { rangeHash } from './tree/root.ts';
import { TILE_WIDTH } from './tree/tiles.ts';
import { leafHash } from './tree/tree-hash.ts';
import type { TreeReader } from './tree/tree-reader.ts';

/** What the log says of what is kept beside it. */
export const ANCHOR_EVENT = 'audit.anchor';

/** Where the anchor of a log is looked for, counted from its end: one stands under every checkpoint but idle ones. */
const MAX_BUNDLES_SEARCHED = 1024;

/** How far what is kept beside the log had come: neither number ever falls. */
export interface Anchor {
  /** Size of the log that the catalogue had noted. */
  readonly catalogue: number;
  /** Generation of the keyring. */
  readonly keyring: number;
}

/** What is kept beside the log: each of the two tells when the other is an older copy. */
export interface Keepers {
  /** The log as it was noted last; `undefined` when it never was. */
  noted(): Promise<TreeHead | undefined>;
  /** Notes the log; durable when it resolves. */
  note(head: TreeHead): Promise<void>;
  /** How far they have come. */
  anchor(): Promise<Anchor>;
  /** Throws `AUDIT_ROLLED_BACK` when they have not come as far as the log says. */
  assertReach(anchor: Anchor): Promise<void>;
}

/** Throws `AUDIT_ROLLED_BACK` for a log that is older than what was noted of it, or that is another one. */
export async function assertNotOlder(
  noted: TreeHead | undefined,
  log: TreeHead & { readonly tree: TreeReader },
): Promise<void> {
  if (noted === undefined) return;
  if (noted.size > log.size) {
    const told = `the audit log has ${log.size} entries, the catalogue knows of ${noted.size}`;
    throw new StrongroomError('AUDIT_ROLLED_BACK', told);
  }
  const root =
    noted.size === log.size
      ? log.root
      : await rangeHash(({ level, index }) => log.tree.node(level, index), 0, noted.size);
  if (!equalBytes(root, noted.root))
    throw new StrongroomError('AUDIT_ROLLED_BACK', 'the audit log is not the one that the catalogue knows');
}

/** The last anchor among entries as they were written. */
export function newestAnchorOf(entries: readonly Uint8Array[]): Anchor | undefined {
  for (const bytes of entries.toReversed()) {
    // Reading every entry to find one would take a second for a long pass.
    if (!Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(ANCHOR_EVENT)) continue;
    const entry = parseEntry(bytes);
    if (entry?.kind !== 'event' || entry.event !== ANCHOR_EVENT) continue;
    const { catalogue, keyring } = entry.details ?? {};
    if (typeof catalogue === 'number' && typeof keyring === 'number') return { catalogue, keyring };
  }
  return undefined;
}

/**
 * The last anchor of a log; `undefined` when it has none near its end. What is read is checked against the root, so that
 * nobody passes by an anchor that was changed. Throws `AUDIT_DAMAGED`.
 */
export async function findAnchor(tree: TreeReader, root: Uint8Array): Promise<Anchor | undefined> {
  const last = Math.ceil(tree.size / TILE_WIDTH) - 1;
  for (let bundle = last; bundle >= 0 && bundle > last - MAX_BUNDLES_SEARCHED; bundle--) {
    const entries = await tree.entries(bundle);
    await assertInTree(entries, bundle, { tree, root });
    const anchor = newestAnchorOf(entries);
    if (anchor !== undefined) return anchor;
  }
  return undefined;
}

/**
 * Holds a full or last bundle of entries against the root. Throws `AUDIT_DAMAGED`. The path of the first leaf takes in every
 * other hash of its tile.
 */
export async function assertInTree(
  entries: readonly Uint8Array[],
  bundle: number,
  { tree, root }: { readonly tree: TreeReader; readonly root: Uint8Array },
): Promise<void> {
  const index = bundle * TILE_WIDTH;
  const leaves = entries.map(leafHash);
  const [leaf] = leaves;
  const path = await proveInclusion((at) => tree.node(at.level, at.index), index, tree.size);
  const isTile = equalBytes(concatBytes(...leaves), await tree.hashTile(0, bundle));
  if (leaf === undefined || !isTile || !verifyInclusion({ leaf, index }, { size: tree.size, root }, path))
    throw new StrongroomError('AUDIT_DAMAGED', `entries from ${index} on do not fit the checkpoint`);
}
