import { type Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type ByteIterator, type ByteStream, bufferView } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { freeMemory } from './free-memory.ts';

/**
 * The body of a request, put straight where its reader wants it: one promise for a whole slab instead of one for every
 * record of TLS. It can be read once. Throws what the body ends with.
 */
export function bodyBytes(body: Readable): ByteStream {
  return { [Symbol.asyncIterator]: () => readBody(body) };
}

/** What `next` gives at a time at most, in bytes. */
const CHUNK_BYTES = 64 * 1024;

function readBody(body: Readable): ByteIterator & { readInto(target: Uint8Array): Promise<number> } {
  const sink = new BodySink();
  // How it ended is told to whoever reads.
  pipeline(body, sink).catch(() => undefined);
  const readInto = (target: Uint8Array): Promise<number> => sink.readInto(target);
  return {
    readInto,
    next: async () => {
      const chunk = new Uint8Array(CHUNK_BYTES);
      const length = await readInto(chunk);
      return length === 0 ? { done: true, value: undefined } : { value: chunk.subarray(0, length) };
    },
    return: () => {
      sink.destroy();
      return Promise.resolve({ done: true, value: undefined });
    },
  };
}

interface Wanted {
  readonly target: Uint8Array;
  readonly settle: PromiseWithResolvers<number>;
  filled: number;
}

/** Holds at most one chunk until it is wanted; that is the back-pressure. */
class BodySink extends Writable {
  #wanted: Wanted | undefined;
  /** What is left of the chunk that waits. */
  #rest: Uint8Array = new Uint8Array();
  #chunk: Uint8Array | undefined;
  #takeNext: (() => void) | undefined;
  #end: { readonly error: Error | undefined } | undefined;

  /** Fills `target`; fewer bytes only at the end. One at a time. */
  readInto(target: Uint8Array): Promise<number> {
    const wanted = { target, settle: Promise.withResolvers<number>(), filled: 0 };
    this.#wanted = wanted;
    this.#pour();
    return wanted.settle.promise;
  }

  override _write(chunk: Uint8Array, _encoding: string, done: () => void): void {
    this.#chunk = chunk;
    this.#rest = chunk;
    this.#takeNext = done;
    this.#pour();
  }

  override _final(done: () => void): void {
    this.#end = { error: undefined };
    this.#pour();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#end ??= { error: error ?? new StrongroomError('ABORTED', 'nobody wants the body any more') };
    this.#pour();
    done(error);
  }

  #pour(): void {
    const wanted = this.#wanted;
    if (wanted === undefined) return;
    const { target, settle } = wanted;
    const part = this.#rest.subarray(0, target.length - wanted.filled);
    // Not `set`, which goes word by word where the memory is shared.
    bufferView(part).copy(target, wanted.filled);
    wanted.filled += part.length;
    this.#rest = this.#rest.subarray(part.length);
    if (this.#rest.length === 0) this.#askForMore();
    if (wanted.filled < target.length && this.#end === undefined) return;
    this.#wanted = undefined;
    if (this.#end?.error === undefined) settle.resolve(wanted.filled);
    else settle.reject(this.#end.error);
  }

  #askForMore(): void {
    const takeNext = this.#takeNext;
    if (takeNext === undefined || this.#chunk === undefined) return;
    freeMemory(this.#chunk);
    this.#chunk = undefined;
    this.#rest = new Uint8Array();
    this.#takeNext = undefined;
    takeNext();
  }
}
