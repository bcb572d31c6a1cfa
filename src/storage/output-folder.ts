import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import { assertEntryName } from './entry-name.ts';
import type { FileSink } from './file-sink.ts';
import type { Folder } from './folder.ts';
import { assertFree, type OutputOptions, type OutputPlace, openPlace, taken } from './output-file.ts';
import { REPLACED_PREFIX, sweepUnfinished, unfinishedPrefix } from './output-owner.ts';
import { quotePath } from './storage-error.ts';

/** How deep a file may stand below the folder. */
const MAX_OUTPUT_DEPTH = 512;

/**
 * A folder for the user that appears whole or not at all: filled beside its place (files 0600, folders 0700),
 * made durable, then published by one rename. An empty folder at the place is taken over.
 */
export class OutputFolder {
  readonly #place: OutputPlace;
  readonly #options: OutputOptions;
  readonly #temporary: string;
  readonly #folder: Folder;
  #state: 'open' | 'closed' | 'done' = 'open';

  private constructor(
    place: OutputPlace,
    options: OutputOptions,
    made: { temporary: string; folder: Folder },
  ) {
    this.#place = place;
    this.#options = options;
    this.#temporary = made.temporary;
    this.#folder = made.folder;
  }

  /**
   * Starts a folder that will be at `path`; the folder above must exist. Throws `STORAGE_CONFLICT` when something
   * is there that may not be replaced, `STORAGE_PATH_UNSAFE` when it is no folder.
   */
  static async create(path: string, options: OutputOptions = {}): Promise<OutputFolder> {
    const place = await openPlace(path);
    try {
      await assertFree(place, 'folder', { overwrite: options.overwrite === true || (await isEmpty(place)) });
      await sweepUnfinished(place.parent);
      const temporary = await place.parent.withNewName(
        (name) => place.parent.createFolder(name),
        unfinishedPrefix(),
      );
      return new OutputFolder(place, options, { temporary, folder: await place.parent.folder(temporary) });
    } catch (error) {
      await place.parent.close();
      throw error;
    }
  }

  /**
   * Writes one file below the folder from a stream; resolves when it is durable. The path is relative and
   * `/`-separated; anything that would lead out is refused with `STORAGE_PATH_UNSAFE`, one that is there already
   * with `STORAGE_CONFLICT`.
   */
  async writeFile(path: string, stream: AsyncIterable<Uint8Array>): Promise<void> {
    if (this.#state !== 'open') throw new Error('the folder was published or given up before');
    const parts = path.split('/');
    for (const part of parts) assertEntryName(part);
    const name = parts.pop() ?? '';
    if (parts.length > MAX_OUTPUT_DEPTH) {
      throw new StrongroomError('STORAGE_PATH_UNSAFE', `nested too deep: ${quotePath(path)}`);
    }
    await using walk = new AsyncDisposableStack();
    let folder = this.#folder;
    for (const part of parts) folder = walk.use(await folder.folder(part, { create: true }));
    await fill(await folder.createFile(name), stream);
    await folder.sync();
  }

  /** Makes everything visible at once. Replacing moves the former folder aside first and removes it last. */
  async commit(): Promise<void> {
    await this.#folder.sync();
    await this.#closeFolder();
    await this.#publish();
    this.#state = 'done';
    await this.#place.parent.close();
  }

  /** Leaves no trace. Safe at any time; a no-op after `commit`. */
  async abort(): Promise<void> {
    if (this.#state === 'done') return;
    await this.#closeFolder();
    this.#state = 'done';
    await this.#place.parent.removeTree(this.#temporary);
    await this.#place.parent.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.abort();
  }

  async #closeFolder(): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = 'closed';
    await this.#folder.close();
  }

  async #publish(): Promise<void> {
    const { parent, name } = this.#place;
    try {
      await parent.rename(this.#temporary, name);
      await parent.sync();
      return;
    } catch (error) {
      if (!isStrongroomError(error, 'STORAGE_CONFLICT')) throw error;
      if (this.#options.overwrite !== true) throw taken(this.#place);
    }
    const former = await parent.withNewName((fresh) => moveAside(this.#place, fresh), REPLACED_PREFIX);
    try {
      await parent.rename(this.#temporary, name);
    } catch (error) {
      await parent.rename(former, name);
      throw error;
    }
    await parent.sync();
    await parent.removeTree(former);
  }
}

/** Takes the new name exclusively, then moves the former folder onto it. */
async function moveAside({ parent, name }: OutputPlace, fresh: string): Promise<void> {
  await parent.createFolder(fresh);
  await parent.rename(name, fresh);
}

async function isEmpty({ parent, name }: OutputPlace): Promise<boolean> {
  if ((await parent.status(name))?.kind !== 'folder') return false;
  await using folder = await parent.folder(name);
  return (await folder.entries()).length === 0;
}

async function fill(sink: FileSink, stream: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    await sink.writeAll(stream);
    await sink.sync();
  } finally {
    await sink.close();
  }
}
