import { StrongroomError } from '../../errors/index.ts';
import type { BlobWriter } from '../blob-store.ts';
import type { FileSink } from '../file-sink.ts';
import type { Folder } from '../folder.ts';

/** The name of the payload in the folder of a blob. */
export const PAYLOAD_NAME = 'payload';

/** What a writer needs of its store. */
export interface BlobDestination {
  /** Where unfinished blobs are built. */
  readonly workshop: Folder;
  /** The name of this one in it. */
  readonly temporary: string;
  /** Throws `CONTAINER_LIMIT`. */
  assertHeaderSize(bytes: number): void;
  /** The file of one generation of the header. */
  headerName(generation: number): string;
  /** Moves the finished folder to its place. Throws `STORAGE_CONFLICT` when that is taken. */
  publish(): Promise<void>;
}

/** Builds a blob in a temporary folder, which `commit` renames as a whole. */
export class FsBlobWriter implements BlobWriter {
  readonly #destination: BlobDestination;
  readonly #folder: Folder;
  readonly #payload: FileSink;
  #state: 'writing' | 'committed' | 'aborted' = 'writing';
  #isOpen = true;

  private constructor(destination: BlobDestination, folder: Folder, payload: FileSink) {
    this.#destination = destination;
    this.#folder = folder;
    this.#payload = payload;
  }

  /** Starts in the temporary folder, which the caller has just created. */
  static async start(destination: BlobDestination): Promise<FsBlobWriter> {
    const folder = await destination.workshop.folder(destination.temporary);
    try {
      return new FsBlobWriter(destination, folder, await folder.createFile(PAYLOAD_NAME));
    } catch (error) {
      await folder.close();
      await destination.workshop.removeTree(destination.temporary);
      throw error;
    }
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.#assertWriting();
    await this.#payload.write(chunk);
  }

  async commit(header: Uint8Array, generation: number = 1): Promise<void> {
    this.#assertWriting();
    const name = this.#destination.headerName(generation);
    this.#destination.assertHeaderSize(header.length);
    await this.#payload.sync();
    await this.#folder.writeFile(name, header);
    await this.#folder.sync();
    await this.#release();
    await this.#destination.publish();
    this.#state = 'committed';
  }

  async abort(): Promise<void> {
    if (this.#state === 'committed') return;
    this.#state = 'aborted';
    await this.#release();
    await this.#destination.workshop.removeTree(this.#destination.temporary);
  }

  async #release(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.#payload.close();
    await this.#folder.close();
  }

  #assertWriting(): void {
    if (this.#state === 'writing' && this.#isOpen) return;
    throw new StrongroomError('INTERNAL', 'the blob was committed or given up before');
  }
}
