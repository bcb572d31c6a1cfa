// What whoever holds the disk, and no key, does to the entries and tiles of a log.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  deriveAuditKeys,
  readCheckpoint,
  type TileAddress,
  TileStore,
  verifyLog,
} from '../../src/audit/index.ts';
import { parseEntries, TILE_WIDTH } from '../../src/audit/tree/tiles.ts';
import type { TileSource } from '../../src/audit/tree/tree-reader.ts';
import { TreeReader } from '../../src/audit/tree/tree-reader.ts';
import { TreeWriter } from '../../src/audit/tree/tree-writer.ts';
import { utf8Bytes } from '../../src/bytes/index.ts';
import { Folder } from '../../src/storage/index.ts';
import { closedLog, SECRETS } from './log-kit.ts';

const key = deriveAuditKeys(SECRETS).verifier;
const nameOf = ({ level, index, width }: TileAddress) => `${level}/${index}.${width}`;

/** The tiles of a log in memory, and its checkpoint. */
async function storedLog(t: Parameters<typeof closedLog>[0]) {
  const { path } = await closedLog(t, 700);
  await using base = await Folder.open(path);
  const store = new TileStore(base);
  const addresses: TileAddress[] = [
    ...[0, 1].map((index) => ({ level: 'entries' as const, index, width: TILE_WIDTH })),
    { level: 'entries', index: 2, width: 700 - 2 * TILE_WIDTH },
    ...[0, 1].map((index) => ({ level: 0, index, width: TILE_WIDTH })),
    { level: 0, index: 2, width: 700 - 2 * TILE_WIDTH },
    { level: 1, index: 0, width: 2 },
  ];
  const tiles = new Map<string, Uint8Array>();
  for (const address of addresses) {
    const bytes = await store.read(address);
    assert.ok(bytes !== undefined, nameOf(address));
    tiles.set(nameOf(address), bytes);
  }
  return { tiles, addresses, checkpoint: await readCheckpoint(base) };
}

const sourceOf = (tiles: ReadonlyMap<string, Uint8Array>): TileSource => ({
  read: (address) => Promise.resolve(tiles.get(nameOf(address))),
});

/** All entries of a log, in order. */
function entriesOf(tiles: ReadonlyMap<string, Uint8Array>): Uint8Array[] {
  return [TILE_WIDTH, TILE_WIDTH, 700 - 2 * TILE_WIDTH].flatMap(
    (width, index) => parseEntries(tiles.get(nameOf({ level: 'entries', index, width }))!, width) ?? [],
  );
}

/** The tiles that a log of these entries has: all of them made anew, as a forger would who knows the format. */
async function tilesFor(entries: readonly Uint8Array[]): Promise<Map<string, Uint8Array>> {
  const writer = await TreeWriter.open(new TreeReader(sourceOf(new Map()), 0));
  for (const entry of entries) writer.append(entry);
  return new Map(writer.takeTiles().map(({ address, bytes }) => [nameOf(address), bytes]));
}

/** Ways to change a list of entries and keep its length. */
const CHANGES: Readonly<Record<string, (entries: Uint8Array[], at: number, other: number) => void>> = {
  'changes an entry': (entries, at) => {
    const text = new TextDecoder().decode(entries[at]);
    entries[at] = utf8Bytes(text.replace('user:ada', 'user:eve'));
  },
  'swaps two entries': (entries, at, other) => {
    [entries[at], entries[other]] = [entries[other]!, entries[at]!];
  },
  'removes an entry and repeats another': (entries, at, other) => {
    const [removed] = entries.splice(at, 1);
    entries.splice(other, 0, entries[other] ?? removed!);
  },
  'inserts an entry and drops the last': (entries, at) => {
    entries.splice(at, 0, utf8Bytes('{}'));
    entries.pop();
  },
};

const place = fc.integer({ min: 0, max: 699 });

test('the tiles that a forger makes are those of the log itself where nothing was changed', async (t) => {
  const { tiles, checkpoint } = await storedLog(t);
  const made = await tilesFor(entriesOf(tiles));
  const { findings } = await verifyLog({ tiles: sourceOf(made), checkpoint, key });
  assert.deepEqual(findings, []);
});

for (const [what, change] of Object.entries(CHANGES)) {
  test(`whoever ${what} is found, also when every tile is made to fit`, async (t) => {
    const { tiles, checkpoint } = await storedLog(t);
    const original = entriesOf(tiles);
    await fc.assert(
      fc.asyncProperty(place, place, fc.boolean(), async (at, other, fits) => {
        const entries = [...original];
        change(entries, at, other);
        fc.pre(entries.some((entry, index) => !Buffer.from(entry).equals(original[index]!)));
        const made = await tilesFor(entries);
        const forged = fits
          ? made
          : new Map([...tiles, ...[...made].filter(([name]) => name.startsWith('entries'))]);
        assert.equal((await verifyLog({ tiles: sourceOf(forged), checkpoint, key })).isSound, false);
      }),
      { numRuns: 12 },
    );
  });
}

test('a tile in the place of another, one that is missing, and one with a changed hash are found', async (t) => {
  const { tiles, addresses, checkpoint } = await storedLog(t);
  const pick = fc.nat(addresses.length - 1);
  const attack = fc.record({
    one: pick,
    two: pick,
    at: fc.nat(10_000),
    how: fc.constantFrom('swap', 'remove', 'flip'),
  });
  await fc.assert(
    fc.asyncProperty(attack, async ({ one, two, at, how }) => {
      const [a, b] = [nameOf(addresses[one]!), nameOf(addresses[two]!)];
      fc.pre(how !== 'swap' || a !== b);
      const forged = new Map(tiles);
      if (how === 'swap') forged.set(a, tiles.get(b)!).set(b, tiles.get(a)!);
      if (how === 'remove') forged.delete(a);
      if (how === 'flip') {
        const bytes = Uint8Array.from(tiles.get(a)!);
        bytes[at % bytes.length]! ^= 1;
        forged.set(a, bytes);
      }
      assert.equal((await verifyLog({ tiles: sourceOf(forged), checkpoint, key })).isSound, false);
    }),
    { numRuns: 40 },
  );
});

test('an older state of the log does not pass under the newer checkpoint, nor the other way round', async (t) => {
  const { tiles, checkpoint } = await storedLog(t);
  const entries = entriesOf(tiles);
  const shorter = await tilesFor(entries.slice(0, 650));
  assert.equal((await verifyLog({ tiles: sourceOf(shorter), checkpoint, key })).isSound, false);
  const longer = await tilesFor([...entries, utf8Bytes('{}')]);
  assert.equal((await verifyLog({ tiles: sourceOf(longer), checkpoint, key })).isSound, false);
});
