import type { FileHandle } from 'node:fs/promises';
import { mapErrors, quotePath } from './storage-error.ts';

const PUBLIC_MODE = 0o644;

/** A new file of ours on its way to disk: appends, patches, and makes durable. Whoever creates it publishes it. */
export class FileSink {
  readonly #handle: FileHandle;
  readonly #doing: string;
  #end = 0;

  /** Takes over a descriptor of an empty file; `label` names it in messages. */
  constructor(handle: FileHandle, label: string) {
    this.#handle = handle;
    this.#doing = `write ${quotePath(label)}`;
  }

  /** Bytes appended so far; also where the next append goes. */
  get size(): number {
    return this.#end;
  }

  /** Appends. The bytes may be reused once the promise settles; awaiting it is the back-pressure. */
  async write(chunk: Uint8Array): Promise<void> {
    const at = this.#end;
    this.#end += chunk.length;
    await this.#writeAt(at, chunk);
  }

  /** Writes at a position, for a header that is known only after the payload. */
  async writeAt(position: number, bytes: Uint8Array): Promise<void> {
    this.#end = Math.max(this.#end, position + bytes.length);
    await this.#writeAt(position, bytes);
  }

  /** Appends a whole stream, one chunk at a time. */
  async writeAll(stream: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const chunk of stream) await this.write(chunk);
  }

  /** Lets everybody on the machine read it. */
  async allowReading(): Promise<void> {
    await mapErrors(this.#doing, () => this.#handle.chmod(PUBLIC_MODE));
  }

  /** Makes what was written survive a power cut. A failure is final: the pages may already be marked clean. */
  async sync(): Promise<void> {
    await mapErrors(this.#doing, () => this.#handle.sync());
  }

  async close(): Promise<void> {
    await mapErrors(this.#doing, () => this.#handle.close());
  }

  async #writeAt(position: number, bytes: Uint8Array): Promise<void> {
    await mapErrors(this.#doing, async () => {
      for (let done = 0; done < bytes.length; ) {
        const left = bytes.length - done;
        const { bytesWritten } = await this.#handle.write(bytes, done, left, position + done);
        done += bytesWritten;
      }
    });
  }
}
