import { realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { ByteStream } from '../bytes/index.ts';
import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import type { EntryStatus } from './entry-status.ts';
import { type FileIdentity, type FileSource, isSameFile } from './file-source.ts';
import { Folder } from './folder.ts';
import { mapErrors, quotePath } from './storage-error.ts';
import { streamFile } from './stream-file.ts';

/** Files that one call takes at most: far beyond any model, and a listing of them still fits into memory. */
const MAX_INPUT_FILES = 100_000;
/** How deep folders may nest below the one that was named. */
export const MAX_INPUT_DEPTH = 64;

/** One file of a user, found but not yet opened. */
export interface InputFile {
  /** Relative, `/`-separated, as the file system spells it: hostile text until `parseFilePath` took it. */
  readonly path: string;
  /** Size in bytes when it was found. */
  readonly size: number;
  /**
   * Its bytes, read once: in chunks of 1 MiB, the next being read while one is used, or to where the reader wants
   * them. A chunk is good until the next is asked for; copy what must last. Throws `STORAGE_CHANGED` at the start or at the end when the file is not the one that
   * was found or was written to meanwhile.
   */
  open(): ByteStream;
}

export interface ReadInputsOptions {
  /** Default `MAX_INPUT_FILES`. */
  readonly maxFiles?: number;
}

/**
 * The files behind what a user named, sorted by path: a file by its own name, a single folder by the paths in
 * it, several folders each under its own name. Folders above what was named are trusted; in it, symbolic links,
 * devices, pipes and sockets are refused with `STORAGE_PATH_UNSAFE`, not skipped. Throws `STORAGE_MISSING`,
 * `STORAGE_DENIED`, `INPUT_TOO_LARGE` (number, depth), `INPUT_INVALID` (no file at all, two of one path).
 */
export async function readInputs(
  paths: readonly string[],
  options: ReadInputsOptions = {},
): Promise<readonly InputFile[]> {
  const listing = new Listing(options.maxFiles ?? MAX_INPUT_FILES);
  for (const path of paths) await listPath(path, paths.length === 1, listing);
  return listing.sorted();
}

/** Where a file was found: the folders to walk again when it is opened. */
interface Place {
  readonly base: string;
  readonly parts: readonly string[];
  readonly name: string;
}

/** What has been found so far. */
class Listing {
  readonly #files = new Map<string, InputFile>();
  readonly #maxFiles: number;

  constructor(maxFiles: number) {
    this.#maxFiles = maxFiles;
  }

  add(path: string, place: Place, status: EntryStatus): void {
    if (status.kind !== 'file') throw refusedEntry(join(place.base, ...place.parts, place.name), status);
    if (this.#files.has(path)) {
      throw new StrongroomError('INPUT_INVALID', `two files would both be named ${quotePath(path)}`);
    }
    if (this.#files.size >= this.#maxFiles) {
      throw new StrongroomError('INPUT_TOO_LARGE', `more than ${this.#maxFiles} files`);
    }
    const open = (): ByteStream => streamFile(() => openExpected(place, status));
    this.#files.set(path, { path, size: Number(status.size), open });
  }

  sorted(): readonly InputFile[] {
    if (this.#files.size === 0)
      throw new StrongroomError('INPUT_INVALID', 'there is no file in what was named');
    return [...this.#files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  }
}

async function listPath(path: string, isOnly: boolean, listing: Listing): Promise<void> {
  const full = resolve(path);
  const base = await mapErrors(`open ${quotePath(path)}`, () => realpath(dirname(full)));
  const name = basename(full);
  if (name === '') throw new StrongroomError('STORAGE_PATH_UNSAFE', 'the root folder cannot be put');
  await using parent = await Folder.open(base);
  const status = await parent.status(name);
  if (status === undefined) {
    throw new StrongroomError('STORAGE_MISSING', `cannot open ${quotePath(path)}: no such file or folder`);
  }
  if (status.kind !== 'folder') {
    listing.add(name, { base, parts: [], name }, status);
    return;
  }
  await using folder = await parent.folder(name);
  await listFolder(folder, { base, shown: isOnly ? [] : [name], parts: [name] }, listing);
}

/** Where a listing stands: `parts` on disk below `base`, `shown` in the resulting paths. */
interface Position {
  readonly base: string;
  readonly shown: readonly string[];
  readonly parts: readonly string[];
}

async function listFolder(folder: Folder, at: Position, listing: Listing): Promise<void> {
  if (at.parts.length > MAX_INPUT_DEPTH) {
    const told = `${quotePath(folder.label)} is nested deeper than ${MAX_INPUT_DEPTH} folders`;
    throw new StrongroomError('INPUT_TOO_LARGE', told);
  }
  for (const { name } of await folder.entries()) {
    const status = await folder.status(name);
    if (status === undefined) throw changed(folder.labelOf(name));
    const shown = [...at.shown, name];
    if (status.kind === 'folder') {
      await using inner = await folder.folder(name);
      await listFolder(inner, { base: at.base, shown, parts: [...at.parts, name] }, listing);
    } else {
      listing.add(shown.join('/'), { base: at.base, parts: at.parts, name }, status);
    }
  }
}

async function openExpected(place: Place, expected: FileIdentity): Promise<FileSource> {
  const file = await openPlace(place);
  if (isSameFile(file.identity, expected)) return file;
  await file.close();
  throw changed(place.name);
}

/** Walks to the file again, one folder at a time, so that nothing was held open while others were read. */
async function openPlace(place: Place): Promise<FileSource> {
  try {
    await using walk = new AsyncDisposableStack();
    let folder = walk.use(await Folder.open(place.base));
    for (const part of place.parts) folder = walk.use(await folder.folder(part));
    return await folder.openFile(place.name);
  } catch (error) {
    // It was there a moment ago.
    throw isStrongroomError(error, 'STORAGE_MISSING') ? changed(place.name) : error;
  }
}

function changed(label: string): StrongroomError {
  return new StrongroomError('STORAGE_CHANGED', `${quotePath(label)} changed while it was read`);
}

function refusedEntry(path: string, status: EntryStatus): StrongroomError {
  if (status.kind === 'link') {
    return new StrongroomError('STORAGE_PATH_UNSAFE', `${quotePath(path)} is a symbolic link`, {
      hint: 'name what the link leads to, or copy the folder with its links resolved (cp -rL) and put the copy',
    });
  }
  const told = `${quotePath(path)} is a pipe, socket or device, not a file`;
  return new StrongroomError('STORAGE_PATH_UNSAFE', told);
}
