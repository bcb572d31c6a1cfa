import type { FullApi, ModelName, PutVersionInput, Version } from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { BytePipe } from './byte-pipe.ts';
import { type AnnouncedFile, cutFiles } from './file-cutter.ts';

/** How far an upload is. */
export interface UploadState {
  readonly id: string;
  readonly model: ModelName;
  readonly state: 'receiving' | 'storing' | 'done' | 'failed';
  readonly offset: number;
  readonly length: number;
  readonly expiresAt: string;
}

/** What begins an upload. */
export interface UploadRequest {
  readonly id: string;
  /** Id of the principal; nobody else sees the upload. */
  readonly owner: string;
  readonly api: FullApi;
  readonly details: Omit<PutVersionInput, 'files' | 'onProgress' | 'signal'>;
  readonly files: readonly AnnouncedFile[];
  readonly idleMs: number;
  /** Called once, when nobody needs it any more. */
  readonly onEnd: () => void;
}

/**
 * One upload in pieces. Its bytes flow into `versions.put` as they come, sealed on their way; nothing waits on a disk.
 * While no request brings bytes, the put waits, for at most `idleMs`.
 */
export class UploadSession {
  readonly id: string;
  readonly owner: string;
  readonly #model: ModelName;
  readonly #length: number;
  readonly #idleMs: number;
  readonly #pipe = new BytePipe();
  readonly #abort = new AbortController();
  readonly #onEnd: () => void;
  readonly #version: Promise<Version>;
  #offset = 0;
  #outcome: 'done' | 'failed' | undefined;
  #isBusy = false;
  #timer: NodeJS.Timeout | undefined;
  #expiresAt = 0;

  constructor(request: UploadRequest) {
    this.id = request.id;
    this.owner = request.owner;
    this.#model = request.details.model;
    this.#length = request.files.reduce((sum, { size }) => sum + size, 0);
    this.#idleMs = request.idleMs;
    this.#onEnd = request.onEnd;
    const files = cutFiles(request.files, () => this.#pipe.take());
    this.#version = request.api.versions.put({ ...request.details, files, signal: this.#abort.signal });
    this.#version.then(
      () => (this.#outcome = 'done'),
      (error: unknown) => {
        this.#outcome = 'failed';
        this.#pipe.fail(error);
      },
    );
    if (this.#length === 0) this.#pipe.end();
    this.#rest();
  }

  /** Resolves when the first bytes are wanted. Throws what refused the upload before that. */
  async begun(): Promise<void> {
    await Promise.race([this.#pipe.wanted, this.#version]);
  }

  get state(): UploadState {
    return {
      id: this.id,
      model: this.#model,
      state: this.#outcome ?? (this.#offset === this.#length ? 'storing' : 'receiving'),
      offset: this.#offset,
      length: this.#length,
      expiresAt: new Date(this.#expiresAt).toISOString(),
    };
  }

  /**
   * Takes bytes from an offset on. When the stream breaks off, what arrived counts, and the next one goes on there.
   * Throws `UPLOAD_BUSY`, `UPLOAD_OFFSET`, `INPUT_TOO_LARGE`, and what `versions.put` failed with.
   */
  async append(offset: number, bytes: AsyncIterable<Uint8Array>): Promise<void> {
    if (this.#isBusy)
      throw new StrongroomError('UPLOAD_BUSY', 'another request is sending bytes of this upload');
    if (offset !== this.#offset) {
      throw new StrongroomError(
        'UPLOAD_OFFSET',
        `expected the bytes from ${this.#offset} on, got those from ${offset}`,
      );
    }
    this.#isBusy = true;
    clearTimeout(this.#timer);
    try {
      for await (const chunk of bytes) await this.#take(chunk);
    } finally {
      this.#isBusy = false;
      this.#rest();
    }
  }

  /** Waits for the version. Throws `UPLOAD_INCOMPLETE`, and what `versions.put` failed with. */
  async finish(): Promise<Version> {
    if (this.#offset < this.#length && this.#outcome === undefined) {
      throw new StrongroomError('UPLOAD_INCOMPLETE', `${this.#length - this.#offset} bytes are missing`);
    }
    return await this.#version;
  }

  /** Gives it up; resolves when nothing of it is left. */
  async cancel(): Promise<void> {
    clearTimeout(this.#timer);
    const error = new StrongroomError('ABORTED', 'the upload was given up');
    this.#abort.abort(error);
    this.#pipe.fail(error);
    this.#onEnd();
    await this.#version.then(
      () => undefined,
      () => undefined,
    );
  }

  async #take(chunk: Uint8Array): Promise<void> {
    if (this.#offset + chunk.length > this.#length) {
      throw new StrongroomError('INPUT_TOO_LARGE', `the files have ${this.#length} bytes, and more came`);
    }
    await this.#pipe.give(chunk);
    this.#offset += chunk.length;
    if (this.#offset === this.#length) this.#pipe.end();
  }

  #rest(): void {
    clearTimeout(this.#timer);
    this.#expiresAt = Date.now() + this.#idleMs;
    this.#timer = setTimeout(() => void this.cancel(), this.#idleMs);
    this.#timer.unref();
  }
}
