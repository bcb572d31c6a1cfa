import { type ErrorCode, isStrongroomError, StrongroomError } from '../errors/index.ts';
import type { FileSource } from './file-source.ts';
import type { Folder } from './folder.ts';
import type { Generation } from './generation-store.ts';
import { quotePath } from './storage-error.ts';

/** Generations that stay after a publication: the newest and two backups. */
const KEPT_GENERATIONS = 3;
/** How often a reader looks again when the generation that it saw was pruned before it could be opened. */
const MAX_READ_TRIES = 64;

export interface GenerationLimits {
  readonly maxBytes: number;
  /** The code of the refusal over `maxBytes`. */
  readonly tooLarge: ErrorCode;
}

/** Largest generation: fifteen digits, so that it stays an exact integer. */
const MAX_GENERATION = 999_999_999_999_999;

/** Whether a number can be a generation: 1 to fifteen digits. */
export function isGeneration(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= MAX_GENERATION;
}

/** The name of the file of one generation. */
export function generationFileName(name: string, generation: number): string {
  return `${name}.${generation}.json`;
}

/** The files `<name>.<generation>.json` of one name in a folder, and the compare-and-swap over them. */
export class GenerationFiles {
  readonly #folder: Folder;
  readonly #name: string;
  readonly #limits: GenerationLimits;

  constructor(folder: Folder, name: string, limits: GenerationLimits) {
    this.#folder = folder;
    this.#name = name;
    this.#limits = limits;
  }

  /** The generations that are there, ascending. */
  async list(): Promise<number[]> {
    const names = (await this.#folder.entries()).map((entry) => entry.name);
    return names.flatMap((name) => this.#generationOf(name) ?? []).sort((a, b) => a - b);
  }

  /** The newest one; `undefined` when there is none. */
  async newest(): Promise<Generation | undefined> {
    for (let attempt = 1; ; attempt++) {
      const generation = (await this.list()).at(-1);
      if (generation === undefined) return undefined;
      try {
        await using file = await this.#folder.openFile(this.#fileName(generation));
        this.#assertSize(file.size);
        return { generation, bytes: await file.read(0, file.size) };
      } catch (error) {
        if (attempt >= MAX_READ_TRIES || !isStrongroomError(error, 'STORAGE_MISSING')) throw error;
      }
    }
  }

  /**
   * Publishes `expected + 1` durably. Throws `STORAGE_CONFLICT` when `expected` is not the newest, and also when
   * others published so much in the same instant that it cannot be told who was first.
   */
  async publish(bytes: Uint8Array, expected: number): Promise<void> {
    this.#assertSize(bytes.length);
    const newest = (await this.list()).at(-1) ?? 0;
    if (newest !== expected) throw this.#conflict(expected, newest);
    await using held = await this.#hold(expected);
    await this.prune(KEPT_GENERATIONS - 1);
    const temporary = await this.#folder.withNewName((name) => this.#folder.writeFile(name, bytes));
    try {
      await this.#folder.link(temporary, this.#fileName(expected + 1));
    } catch (error) {
      throw isStrongroomError(error, 'STORAGE_CONFLICT') ? this.#conflict(expected, expected + 1) : error;
    } finally {
      await this.#folder.removeFile(temporary);
    }
    await this.#folder.sync();
    await this.#assertFirst(expected, held.predecessor);
  }

  /** Removes all but the newest `keep`, the oldest first. */
  async prune(keep: number): Promise<void> {
    const generations = await this.list();
    const old = generations.slice(0, Math.max(0, generations.length - keep));
    for (const generation of old) await this.#folder.removeFile(this.#fileName(generation));
    if (old.length > 0) await this.#folder.sync();
  }

  /** Keeps the generation that is about to be followed open, so that its removal can be noticed. */
  async #hold(expected: number): Promise<AsyncDisposable & { readonly predecessor: FileSource | undefined }> {
    if (expected === 0) return { predecessor: undefined, [Symbol.asyncDispose]: () => Promise.resolve() };
    try {
      const predecessor = await this.#folder.openFile(this.#fileName(expected));
      return { predecessor, [Symbol.asyncDispose]: () => predecessor.close() };
    } catch (error) {
      throw isStrongroomError(error, 'STORAGE_MISSING') ? this.#conflict(expected, expected + 1) : error;
    }
  }

  /**
   * The link alone does not prove that we were first: between our look and our link others may have published
   * and already pruned the very number that we linked. Numbers are pruned in ascending order, so our number was
   * never pruned as long as its predecessor still has a name.
   */
  async #assertFirst(expected: number, predecessor: FileSource | undefined): Promise<void> {
    const newest = (await this.list()).at(-1) ?? 0;
    if (newest === expected + 1) return;
    if (predecessor !== undefined && (await predecessor.countLinks()) > 0) return;
    throw this.#conflict(expected, newest);
  }

  #fileName(generation: number): string {
    return generationFileName(this.#name, generation);
  }

  #assertSize(size: number): void {
    const { maxBytes, tooLarge } = this.#limits;
    if (size <= maxBytes) return;
    throw new StrongroomError(tooLarge, `the ${this.#name} has ${size} bytes, the limit is ${maxBytes}`);
  }

  #conflict(expected: number, newest: number): StrongroomError {
    const label = quotePath(this.#folder.labelOf(this.#name));
    const told = `${label} was expected at generation ${expected} but is at ${newest}`;
    return new StrongroomError('STORAGE_CONFLICT', told);
  }

  #generationOf(fileName: string): number | undefined {
    if (!fileName.startsWith(`${this.#name}.`) || !fileName.endsWith('.json')) return undefined;
    const digits = fileName.slice(this.#name.length + 1, -'.json'.length);
    return /^[1-9]\d{0,14}$/.test(digits) ? Number(digits) : undefined;
  }
}
