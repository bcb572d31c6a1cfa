import type { ByteSource } from '../../bytes/index.ts';
import { ProblemLog, ReadingHalt } from '../problem-log.ts';
import { SourceWindow, viewOf } from '../source-window.ts';

/** How much of a hostile UBJSON text is followed. */
export interface UbjsonLimits {
  readonly maxDepth: number;
  /** Values that are walked one by one; typed arrays of numbers are stepped over. */
  readonly maxValues: number;
  /** Longest string that is told, in bytes. */
  readonly maxStringBytes: number;
}

/** A million trees have a few million values. */
const DEFAULT_UBJSON_LIMITS: UbjsonLimits = {
  maxDepth: 100,
  maxValues: 20_000_000,
  maxStringBytes: 1 << 16,
};

/** Is told members of objects with their path; keys of arrays are `[]`. */
export interface UbjsonVisitor {
  /** A string, or another value by the letter of its type. */
  member?(
    path: readonly string[],
    value: { readonly type: string; readonly text?: string },
    offset: number,
  ): void;
}

/** Bytes of the numbers of each type (ubjson.org, "value types"). */
const SIZES: Readonly<Record<string, number>> = { i: 1, U: 1, I: 2, l: 4, L: 8, d: 4, D: 8, C: 1 };
const EMPTY: Readonly<Record<string, number>> = { Z: 0, N: 0, T: 0, F: 0 };

/**
 * Walks UBJSON (draft 12, as XGBoost writes it) with every length held against the end of the file before it is
 * believed. Never throws for bad bytes.
 */
export async function scanUbjson(
  source: ByteSource,
  visitor: UbjsonVisitor,
  limits: Partial<UbjsonLimits> = {},
): Promise<ProblemLog> {
  const log = new ProblemLog();
  const walk = new UbjsonWalk(source, visitor, { log, limits: { ...DEFAULT_UBJSON_LIMITS, ...limits } });
  try {
    await walk.run();
  } catch (error) {
    // A halt has noted its reason already.
    if (!(error instanceof ReadingHalt)) throw error;
  }
  return log;
}

interface OpenContainer {
  readonly isObject: boolean;
  /** Type of all values, when the container gives one. */
  readonly type: string | undefined;
  /** Values left, when the container gives a count. */
  left: number | undefined;
  readonly keys: Set<string> | undefined;
}

class UbjsonWalk {
  readonly #window: SourceWindow;
  readonly #visitor: UbjsonVisitor;
  readonly #log: ProblemLog;
  readonly #limits: UbjsonLimits;
  readonly #open: OpenContainer[] = [];
  readonly #path: string[] = [];
  #at = 0;
  #values = 0;

  constructor(
    source: ByteSource,
    visitor: UbjsonVisitor,
    { log, limits }: { log: ProblemLog; limits: UbjsonLimits },
  ) {
    this.#window = new SourceWindow(source);
    this.#visitor = visitor;
    this.#log = log;
    this.#limits = limits;
  }

  async run(): Promise<void> {
    await this.#value(await this.#marker());
    for (let top = this.#open.at(-1); top !== undefined; top = this.#open.at(-1)) await this.#item(top);
    if (this.#at < this.#window.size) {
      this.#log.error('UBJSON_TRAILING', this.#at, `${this.#window.size - this.#at} bytes behind the value`);
    }
  }

  async #item(top: OpenContainer): Promise<void> {
    if (top.left === 0 || (top.left === undefined && (await this.#isEnd(top.isObject ? '}' : ']')))) {
      this.#close();
      return;
    }
    if (top.left !== undefined) top.left--;
    if (top.isObject) await this.#key(top);
    await this.#value(top.type ?? (await this.#marker()));
  }

  async #isEnd(end: string): Promise<boolean> {
    if (String.fromCharCode((await this.#take(1))[0] ?? 0) === end) return true;
    this.#at--;
    return false;
  }

  #close(): void {
    this.#open.pop();
    this.#path.pop();
  }

  async #key(top: OpenContainer): Promise<void> {
    const offset = this.#at;
    const key = await this.#string(await this.#marker());
    if (top.keys?.has(key) === true)
      this.#log.error('UBJSON_DUPLICATE_KEY', offset, 'a key appears twice in one object');
    top.keys?.add(key);
    this.#path[this.#path.length - 1] = key;
  }

  async #value(type: string): Promise<void> {
    if (++this.#values > this.#limits.maxValues) this.#stop(`more than ${this.#limits.maxValues} values`);
    const offset = this.#at;
    if (type === '{' || type === '[') return this.#container(type === '{');
    if (type === 'S' || type === 'H') {
      const text = await this.#string(await this.#marker());
      this.#visitor.member?.(this.#path, { type, text }, offset);
      return;
    }
    const size = SIZES[type] ?? EMPTY[type];
    if (size === undefined) return this.#fail(`an unknown type ${type.charCodeAt(0)}`);
    this.#skip(size);
    this.#visitor.member?.(this.#path, { type }, offset);
  }

  async #container(isObject: boolean): Promise<void> {
    if (this.#open.length >= this.#limits.maxDepth)
      this.#stop(`values nest deeper than ${this.#limits.maxDepth}`);
    const offset = this.#at;
    let [type, left]: [string | undefined, number | undefined] = [undefined, undefined];
    let marker = await this.#marker();
    if (marker === '$') {
      type = await this.#marker();
      marker = await this.#marker();
      if (marker !== '#') this.#fail('a type without a count');
    }
    if (marker === '#') left = await this.#count(type);
    else this.#at--;
    const size = type === undefined ? undefined : (SIZES[type] ?? EMPTY[type]);
    if (!isObject && size !== undefined && left !== undefined) {
      // Numbers are data: their place is all there is to know.
      this.#skip(size * left);
      this.#visitor.member?.(this.#path, { type: `[${type ?? ''}` }, offset);
      return;
    }
    this.#open.push({ isObject, type, left, keys: isObject ? new Set() : undefined });
    this.#path.push(isObject ? '' : '[]');
  }

  /** A count; each value has at least so many bytes, except those that have none, which are bounded by themselves. */
  async #count(type: string | undefined): Promise<number> {
    const offset = this.#at;
    const count = await this.#length(await this.#marker());
    const least = type === undefined ? 1 : (SIZES[type] ?? EMPTY[type] ?? 1);
    if (count * least > this.#window.size - this.#at)
      this.#fail(`${count} values do not fit into the file`, offset);
    if (least === 0 && count > this.#limits.maxValues) this.#stop(`${count} values without content`);
    return count;
  }

  async #string(marker: string): Promise<string> {
    const length = await this.#length(marker);
    if (length > this.#window.size - this.#at)
      this.#fail(`a string of ${length} bytes does not fit into the file`);
    if (length <= this.#limits.maxStringBytes) return new TextDecoder().decode(await this.#take(length));
    this.#skip(length);
    return '';
  }

  async #length(marker: string): Promise<number> {
    const bytes = 'iUIlL'.includes(marker) ? SIZES[marker] : undefined;
    if (bytes === undefined) return this.#fail('a length that is no integer');
    const view = viewOf(await this.#take(bytes));
    const readers: Readonly<Record<string, () => number>> = {
      i: () => view.getInt8(0),
      U: () => view.getUint8(0),
      I: () => view.getInt16(0),
      l: () => view.getInt32(0),
      L: () => Number(view.getBigInt64(0)),
    };
    const length = readers[marker]?.() ?? -1;
    return length < 0 ? this.#fail('a negative length') : length;
  }

  async #marker(): Promise<string> {
    return String.fromCharCode((await this.#take(1))[0] ?? 0);
  }

  async #take(length: number): Promise<Uint8Array> {
    const bytes = this.#window.held(this.#at, length) ?? (await this.#window.bytes(this.#at, length));
    if (bytes === undefined) return this.#fail('the file ends inside a value');
    this.#at += length;
    return bytes;
  }

  #skip(length: number): void {
    if (length > this.#window.size - this.#at) this.#fail('the file ends inside a value');
    this.#at += length;
  }

  #fail(message: string, offset = this.#at): never {
    this.#log.error('UBJSON_INVALID', offset, message);
    throw new ReadingHalt('invalid');
  }

  #stop(message: string): never {
    this.#log.limit('UBJSON_LIMIT', this.#at, message);
    throw new ReadingHalt('limit');
  }
}
