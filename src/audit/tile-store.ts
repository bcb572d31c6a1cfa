import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import { type Folder, sweepTemporary } from '../storage/index.ts';
import { MAX_ENTRY_BYTES, TILE_WIDTH, type TileAddress, tilePath } from './tree/tiles.ts';

/** Largest tile: 256 entries of 65,535 bytes with their lengths. */
const MAX_TILE_BYTES = TILE_WIDTH * (MAX_ENTRY_BYTES + 2);

/** Files that are made durable side by side. */
const WRITES_AT_ONCE = 16;

/** A tile to be written. */
export interface WrittenTile {
  readonly address: TileAddress;
  readonly bytes: Uint8Array;
}

/** The tiles of a log as files, in the layout of C2SP tlog-tiles. Untrusted: who reads checks hashes. */
export class TileStore {
  readonly #base: Folder;

  /** `base` holds the folder `tile`. */
  constructor(base: Folder) {
    this.#base = base;
  }

  /**
   * Writes tiles, durable when it resolves, replacing those of the same width (left by a kill before their checkpoint
   * was signed).
   */
  async write(tiles: readonly WrittenTile[]): Promise<void> {
    const byFolder = Map.groupBy(tiles, ({ address }) => tilePath(address).slice(0, -1).join('/'));
    for (const [folders, some] of byFolder) {
      await this.#within(folders.split('/'), { create: true }, (folder) => writeInto(folder, some));
    }
  }

  /** `undefined` when it is not there. */
  async read(address: TileAddress): Promise<Uint8Array | undefined> {
    const path = tilePath(address);
    try {
      return await this.#within(path.slice(0, -1), {}, (folder) =>
        folder.readFile(nameOf(path), MAX_TILE_BYTES),
      );
    } catch (error) {
      if (isStrongroomError(error, 'STORAGE_MISSING')) return undefined;
      throw error;
    }
  }

  /** Removes the narrower forms of a tile that is full. */
  async removePartials(level: TileAddress['level'], index: number): Promise<void> {
    const path = tilePath({ level, index, width: TILE_WIDTH });
    await this.#within(path.slice(0, -1), { create: true }, (folder) =>
      folder.removeTree(`${nameOf(path)}.p`),
    );
  }

  /** Removes full bundles of entries, the last one exclusive; what is not there is fine. */
  async removeEntries(first: number, end: number): Promise<void> {
    for (let index = first; index < end; index++) {
      const path = tilePath({ level: 'entries', index, width: TILE_WIDTH });
      await this.#within(path.slice(0, -1), { create: true }, (folder) => folder.removeFile(nameOf(path)));
    }
  }

  /** Removes what was half written when a process was killed; nobody may be writing. */
  async sweep(): Promise<void> {
    await using tiles = await this.#base.folder('tile', { create: true });
    await sweepBelow(tiles);
  }

  async #within<T>(
    folders: readonly string[],
    options: { readonly create?: boolean },
    work: (folder: Folder) => Promise<T>,
  ): Promise<T> {
    await using opened = new AsyncDisposableStack();
    let folder = this.#base;
    for (const name of folders) folder = opened.use(await folder.folder(name, options));
    return await work(folder);
  }
}

function nameOf(path: readonly string[]): string {
  const name = path.at(-1);
  if (name === undefined) throw new StrongroomError('INTERNAL', 'a tile without a name');
  return name;
}

/** Files side by side, since each waits for the disk; their names are durable together. */
async function writeInto(folder: Folder, tiles: readonly WrittenTile[]): Promise<void> {
  for (let at = 0; at < tiles.length; at += WRITES_AT_ONCE) {
    const some = tiles.slice(at, at + WRITES_AT_ONCE);
    await Promise.all(
      some.map(({ address, bytes }) =>
        folder.replaceFile(nameOf(tilePath(address)), bytes, { isNameDurable: false }),
      ),
    );
  }
  await folder.sync();
}

async function sweepBelow(folder: Folder): Promise<void> {
  await sweepTemporary(folder, 0);
  for (const { kind, name } of await folder.entries()) {
    if (kind !== 'folder') continue;
    await using inner = await folder.folder(name);
    await sweepBelow(inner);
  }
}
