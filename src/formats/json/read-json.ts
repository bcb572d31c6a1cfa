import type { ByteSource } from '../../bytes/index.ts';
import type { FormatProblem } from '../problem.ts';
import { JsonNumber, JsonObject, type JsonValue } from './json-value.ts';
import type { JsonLimits } from './limits.ts';
import { scanJson } from './scan-json.ts';
import type { JsonVisitor } from './scanner.ts';

/** A JSON text as it was read. */
export interface JsonDocument {
  /** The value; `undefined` when the text is broken or a limit was reached. */
  readonly value: JsonValue | undefined;
  readonly problems: readonly FormatProblem[];
}

/** What to read, and how much. */
export interface ReadJsonOptions extends Partial<JsonLimits> {
  /** Whether numbers in arrays become part of the value; models of trees are nothing but such numbers. */
  readonly areNumbersKept?: boolean;
}

/** Numbers of the same spelling are one object: shapes and offsets repeat a lot. */
const MAX_SHARED_NUMBERS = 10_000;

/**
 * Reads a JSON text into a value that keeps duplicate keys, spellings of numbers and places. For texts that fit into
 * memory: cap them by `limits.maxBytes` and `maxValues`. Never throws for bad bytes.
 */
export async function readJson(source: ByteSource, options: ReadJsonOptions = {}): Promise<JsonDocument> {
  const { areNumbersKept = true, ...limits } = options;
  const builder = new TreeBuilder(areNumbersKept);
  const log = await scanJson(source, builder, limits);
  const isWhole = log.problems.every(
    ({ code, severity }) => severity === 'notice' || code === 'JSON_DUPLICATE_KEY',
  );
  return { value: isWhole ? builder.root : undefined, problems: log.problems };
}

class TreeBuilder implements JsonVisitor {
  root: JsonValue | undefined;
  readonly #open: (JsonObject | JsonValue[])[] = [];
  readonly #keys: { key: string; offset: number }[] = [];
  readonly #numbers = new Map<string, JsonNumber>();
  readonly #areNumbersKept: boolean;

  constructor(areNumbersKept: boolean) {
    this.#areNumbersKept = areNumbersKept;
  }

  startObject(offset: number): void {
    this.#push(new JsonObject(offset));
  }

  startArray(): void {
    this.#push([]);
  }

  endObject(): void {
    this.#open.pop();
  }

  endArray(): void {
    this.#open.pop();
  }

  key(key: string, offset: number): void {
    this.#keys.push({ key, offset });
  }

  string(text: string): void {
    this.#add(text);
  }

  literal(value: boolean | null): void {
    this.#add(value);
  }

  number(text: string): void {
    if (!this.#areNumbersKept && Array.isArray(this.#open.at(-1))) return;
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = new JsonNumber(text);
      if (this.#numbers.size < MAX_SHARED_NUMBERS) this.#numbers.set(text, number);
    }
    this.#add(number);
  }

  #push(container: JsonObject | JsonValue[]): void {
    this.#add(container);
    this.#open.push(container);
  }

  #add(value: JsonValue): void {
    const parent = this.#open.at(-1);
    if (parent === undefined) this.root = value;
    else if (parent instanceof JsonObject) {
      const key = this.#keys.pop();
      if (key !== undefined) parent.members.push({ ...key, value });
    } else parent.push(value);
  }
}
