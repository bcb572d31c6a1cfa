import { constants } from 'node:fs';
import { type FileHandle, open, rename, stat, unlink } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { mapErrors, quotePath } from './storage-error.ts';

/** Bytes that wait to be written; what comes beyond is dropped, so that a full disk does not fill the memory. */
const MAX_WAITING_BYTES = 8 << 20;
/** How long lines gather before they are written. */
const GATHER_MS = 25;
const FLAGS = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;

export interface RotatingFileOptions {
  readonly path: string;
  /** Length at which a file is put aside. */
  readonly maxBytes: number;
  /** Files in all; the oldest goes. */
  readonly maxFiles: number;
  /** Told how many lines were dropped, because they came too fast or could not be written. */
  readonly onLost: (lines: number) => void;
}

/**
 * A file of lines that is put aside as `NAME.1` when it is full, `NAME.1` as `NAME.2` and so on. Lines are written in
 * order, in the background; mode 0600, symbolic links refused.
 */
export class RotatingFile {
  readonly #options: RotatingFileOptions;
  #handle: FileHandle;
  #bytes: number;
  #waiting: string[] = [];
  #waitingBytes = 0;
  #writing: Promise<void> | undefined;

  private constructor(options: RotatingFileOptions, handle: FileHandle, bytes: number) {
    this.#options = options;
    this.#handle = handle;
    this.#bytes = bytes;
  }

  /** Goes on where the file ends. Throws the `STORAGE_…` errors. */
  static async open(options: RotatingFileOptions): Promise<RotatingFile> {
    return await mapErrors(`write ${quotePath(options.path)}`, async () => {
      const handle = await open(options.path, FLAGS, 0o600);
      return new RotatingFile(options, handle, (await handle.stat()).size);
    });
  }

  /** Takes a line with its line feed; never throws. */
  write(line: string): void {
    const bytes = Buffer.byteLength(line);
    if (this.#waitingBytes + bytes > MAX_WAITING_BYTES) {
      this.#options.onLost(1);
      return;
    }
    this.#waiting.push(line);
    this.#waitingBytes += bytes;
    this.#writing ??= this.#drain();
  }

  /** Writes what waits, then closes. */
  async close(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
    await this.#handle.close();
  }

  async #drain(): Promise<void> {
    // What comes within a moment goes together: a busy server would else write at every turn.
    await delay(GATHER_MS);
    while (this.#waiting.length > 0) {
      const lines = this.#waiting;
      this.#waiting = [];
      this.#waitingBytes = 0;
      try {
        await this.#append(lines);
      } catch {
        this.#options.onLost(lines.length);
      }
    }
    this.#writing = undefined;
  }

  async #append(lines: readonly string[]): Promise<void> {
    let batch: string[] = [];
    let bytes = this.#bytes;
    for (const line of lines) {
      const length = Buffer.byteLength(line);
      if (bytes > 0 && bytes + length > this.#options.maxBytes) {
        await this.#put(batch);
        await this.#rotate();
        batch = [];
        bytes = 0;
      }
      batch.push(line);
      bytes += length;
    }
    await this.#put(batch);
  }

  async #put(lines: readonly string[]): Promise<void> {
    if (lines.length === 0) return;
    const text = lines.join('');
    await this.#handle.appendFile(text);
    this.#bytes += Buffer.byteLength(text);
  }

  async #rotate(): Promise<void> {
    const { path, maxFiles } = this.#options;
    await this.#handle.close();
    try {
      await this.#putAside(path, maxFiles);
    } finally {
      // Also when it could not be put aside: then it grows until it can.
      this.#handle = await open(path, FLAGS, 0o600);
      this.#bytes = (await this.#handle.stat()).size;
    }
  }

  async #putAside(path: string, maxFiles: number): Promise<void> {
    if (maxFiles === 1) {
      await unlink(path);
      return;
    }
    for (let at = maxFiles - 1; at >= 1; at -= 1) {
      const from = at === 1 ? path : `${path}.${at - 1}`;
      if (await exists(from)) await rename(from, `${path}.${at}`);
    }
  }
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
