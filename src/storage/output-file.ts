import { realpath } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import type { FileSink } from './file-sink.ts';
import { Folder } from './folder.ts';
import { sweepUnfinished, unfinishedPrefix } from './output-owner.ts';
import { mapErrors, quotePath } from './storage-error.ts';

export interface OutputOptions {
  /** Replaces what is there. Without it `STORAGE_CONFLICT` is thrown, at once and again at `commit`. */
  readonly overwrite?: boolean;
  /** Everybody on the machine may read it (mode 0644); else only the owner. Files only. */
  readonly isPublic?: boolean;
}

/** Where output goes: the open folder above it (which is trusted) and its name there. */
export interface OutputPlace {
  readonly parent: Folder;
  readonly name: string;
  readonly label: string;
}

/**
 * A file for the user that appears whole or not at all: written beside its place with mode 0600, made durable,
 * then published by one rename. Throws the `STORAGE_…` errors; after any of them call `abort`.
 */
export class OutputFile {
  readonly #place: OutputPlace;
  readonly #options: OutputOptions;
  readonly #temporary: string;
  readonly #sink: FileSink;
  #state: 'open' | 'closed' | 'done' = 'open';

  private constructor(
    place: OutputPlace,
    options: OutputOptions,
    made: { temporary: string; sink: FileSink },
  ) {
    this.#place = place;
    this.#options = options;
    this.#temporary = made.temporary;
    this.#sink = made.sink;
  }

  /** Starts a file that will be at `path`. The folder must exist. Throws `STORAGE_CONFLICT`, `STORAGE_MISSING`. */
  static async create(path: string, options: OutputOptions = {}): Promise<OutputFile> {
    const place = await openPlace(path);
    try {
      await assertFree(place, 'file', options);
      await sweepUnfinished(place.parent);
      let sink: FileSink | undefined;
      const temporary = await place.parent.withNewName(async (name) => {
        sink = await place.parent.createFile(name);
      }, unfinishedPrefix());
      if (sink === undefined) throw new Error('a name was found without a file');
      return new OutputFile(place, options, { temporary, sink });
    } catch (error) {
      await place.parent.close();
      throw error;
    }
  }

  /** Bytes so far. */
  get size(): number {
    return this.#sink.size;
  }

  /** Appends. Awaiting it is the back-pressure. */
  async write(chunk: Uint8Array): Promise<void> {
    await this.#sink.write(chunk);
  }

  /** Writes at a position: the header of an exported file is known only after its payload. */
  async writeAt(position: number, bytes: Uint8Array): Promise<void> {
    await this.#sink.writeAt(position, bytes);
  }

  /** Appends a whole stream. */
  async writeAll(stream: AsyncIterable<Uint8Array>): Promise<void> {
    await this.#sink.writeAll(stream);
  }

  /** Makes it durable and visible. */
  async commit(): Promise<void> {
    if (this.#options.isPublic === true) await this.#sink.allowReading();
    await this.#sink.sync();
    await this.#closeSink();
    await publishFile(this.#place, this.#temporary, this.#options);
    this.#state = 'done';
    await this.#place.parent.sync();
    await this.#place.parent.close();
  }

  /** Leaves no trace. Safe at any time; a no-op after `commit`. */
  async abort(): Promise<void> {
    if (this.#state === 'done') return;
    await this.#closeSink();
    this.#state = 'done';
    await this.#place.parent.removeFile(this.#temporary);
    await this.#place.parent.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.abort();
  }

  async #closeSink(): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = 'closed';
    await this.#sink.close();
  }
}

/** Opens the folder above a path of the user, whose own folders are trusted and may be symbolic links. */
export async function openPlace(path: string): Promise<OutputPlace> {
  const full = resolve(path);
  const name = basename(full);
  if (name === '') throw new StrongroomError('STORAGE_PATH_UNSAFE', 'the root folder cannot be written');
  const base = await mapErrors(`write ${quotePath(path)}`, () => realpath(dirname(full)));
  return { parent: await Folder.open(base), name, label: path };
}

/** Throws unless the place is free, or holds the same kind of thing and may be replaced. */
export async function assertFree(
  place: OutputPlace,
  kind: 'file' | 'folder',
  options: OutputOptions,
): Promise<void> {
  const status = await place.parent.status(place.name);
  if (status === undefined) return;
  if (status.kind !== kind) {
    throw new StrongroomError('STORAGE_PATH_UNSAFE', `${quotePath(place.label)} is there and is no ${kind}`);
  }
  if (options.overwrite !== true) throw taken(place);
}

/** The refusal to overwrite. */
export function taken(place: OutputPlace): StrongroomError {
  return new StrongroomError('STORAGE_CONFLICT', `${quotePath(place.label)} exists already`, {
    hint: 'choose another place, or ask to overwrite it',
  });
}

async function publishFile(place: OutputPlace, temporary: string, options: OutputOptions): Promise<void> {
  if (options.overwrite === true) {
    await assertFree(place, 'file', options);
    return place.parent.rename(temporary, place.name);
  }
  try {
    await place.parent.link(temporary, place.name);
  } catch (error) {
    if (isStrongroomError(error, 'STORAGE_CONFLICT')) throw taken(place);
    if (!isStrongroomError(error, 'STORAGE_DENIED') && !isStrongroomError(error, 'STORAGE_FAILED'))
      throw error;
    // No hard links on this file system (FAT): look, then rename; two writers in one instant would collide.
    await assertFree(place, 'file', options);
    return place.parent.rename(temporary, place.name);
  }
  await place.parent.removeFile(temporary);
}
