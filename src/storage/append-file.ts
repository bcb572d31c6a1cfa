import type { FileHandle } from 'node:fs/promises';
import { type EntryStatus, entryStatus } from './entry-status.ts';
import { mapErrors, quotePath } from './storage-error.ts';

/**
 * A file that only grows, for a write-ahead log. What `commit` acknowledged survives a power cut; a commit that failed
 * leaves the file as long as it was before. Throws the `STORAGE_…` errors.
 */
export class AppendFile {
  readonly #handle: FileHandle;
  readonly #doing: string;
  readonly #flushes: boolean;
  #size = 0;
  #isTorn = false;

  /**
   * Takes over a descriptor of an empty file; `label` names it in messages. `flushes`: what is written is not durable
   * by itself, as it is with `DURABLE_WRITES_FLAG`.
   */
  constructor(handle: FileHandle, label: string, { flushes }: { readonly flushes: boolean }) {
    this.#flushes = flushes;
    this.#handle = handle;
    this.#doing = `write ${quotePath(label)}`;
  }

  /** Bytes that were acknowledged. */
  get size(): number {
    return this.#size;
  }

  /** Whether bytes of a failed commit may stand behind the acknowledged ones. */
  get isTorn(): boolean {
    return this.#isTorn;
  }

  /** Appends and makes it durable. On failure nothing counts, and the file is cut back as far as the system lets us. */
  async commit(bytes: Uint8Array): Promise<void> {
    try {
      await mapErrors(this.#doing, async () => {
        for (let done = 0; done < bytes.length; ) {
          const left = bytes.length - done;
          const { bytesWritten } = await this.#handle.write(bytes, done, left, this.#size + done);
          done += bytesWritten;
        }
        if (this.#flushes) await this.#handle.datasync();
      });
    } catch (error) {
      await this.#handle.truncate(this.#size).catch(() => {
        this.#isTorn = true;
      });
      throw error;
    }
    this.#size += bytes.length;
  }

  /** What the descriptor leads to now: to compare with what stands under the name. */
  async look(): Promise<EntryStatus> {
    return entryStatus(await mapErrors(this.#doing, () => this.#handle.stat({ bigint: true })));
  }

  async close(): Promise<void> {
    await mapErrors(this.#doing, () => this.#handle.close());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
