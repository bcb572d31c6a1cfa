import { basename, dirname, join, resolve } from 'node:path';
import { StrongroomError } from '../errors/index.ts';
import { Folder } from './folder.ts';
import { quotePath } from './storage-error.ts';

/** What a folder that is being built begins with; its place and its builder follow. */
const BUILDING_PREFIX = '.strongroom-building-';

/** Who builds, so that what a dead builder left is removed and what a live one builds is not. */
export interface FolderBuilder {
  readonly pid: number;
  /** Whether the process with this id still builds. */
  readonly isAlive: (pid: number) => boolean;
}

export interface WholeFolderRequest<T> {
  readonly path: string;
  readonly builder: FolderBuilder;
  /** Fills the folder at the path that it is given. */
  readonly fill: (path: string) => Promise<T>;
}

/**
 * Makes a folder that appears whole or not at all: filled beside its place and published by one rename. An empty
 * folder at the place is taken over. Throws `STORAGE_CONFLICT` when anything else is there, and what `fill` throws.
 */
export async function createWholeFolder<T>(request: WholeFolderRequest<T>): Promise<T> {
  const full = resolve(request.path);
  const name = basename(full);
  await using parent = await Folder.open(dirname(full), { create: true });
  await assertFree(parent, name);
  await removeAbandoned(parent, name, request.builder);
  const building = `${BUILDING_PREFIX}${name}-${request.builder.pid}`;
  await parent.createFolder(building);
  try {
    const result = await request.fill(join(dirname(full), building));
    await parent.removeFolder(name);
    await parent.rename(building, name);
    await parent.sync();
    return result;
  } catch (error) {
    await parent.removeTree(building);
    throw error;
  }
}

async function assertFree(parent: Folder, name: string): Promise<void> {
  const status = await parent.status(name);
  if (status === undefined) return;
  if (status.kind === 'folder') {
    await using folder = await parent.folder(name);
    if ((await folder.entries()).length === 0) return;
  }
  throw new StrongroomError('STORAGE_CONFLICT', `${quotePath(parent.labelOf(name))} exists already`, {
    hint: 'choose another place; nothing was changed',
  });
}

async function removeAbandoned(parent: Folder, name: string, builder: FolderBuilder): Promise<void> {
  const prefix = `${BUILDING_PREFIX}${name}-`;
  for (const entry of await parent.entries()) {
    if (!entry.name.startsWith(prefix)) continue;
    const pid = Number(entry.name.slice(prefix.length));
    if (pid !== builder.pid && builder.isAlive(pid)) {
      throw new StrongroomError(
        'STORAGE_CONFLICT',
        `another process is making ${quotePath(parent.labelOf(name))}`,
      );
    }
    await parent.removeTree(entry.name);
  }
}
