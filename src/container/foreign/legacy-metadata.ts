import { toHex } from '../../bytes/index.ts';
import { isPlainDict, PlainDateTime, type PlainDict, type PlainValue } from '../../formats/index.ts';

/** Most entries that are carried over: a version takes 256, and who imports adds some of their own. */
const MAX_ENTRIES = 240;
/** Longest name of an entry, in characters; a version takes 128. */
const MAX_NAME_CHARS = 120;
/** Longest value that is carried over, in characters. */
const MAX_VALUE_CHARS = 4096;
/** Metadata that goes nowhere else, even should a package hold it: what protects it. */
const WITHHELD = /password|secret|salt|token|credential|access_control|(?:^|[._])key/i;

/** What a package says about itself, as text. */
export interface LegacyMetadata {
  /** Flattened: `config.task_type`. */
  readonly entries: Readonly<Record<string, string>>;
  /** Names of what was not carried over: too long, too many, secret, or no plain data. */
  readonly skipped: readonly string[];
}

/** Flattens dicts into text entries; deeper values become JSON. */
export function flattenMetadata(dicts: readonly PlainDict[]): LegacyMetadata {
  const entries = new Map<string, string>();
  const skipped: string[] = [];
  const add = (name: string, value: PlainValue): void => {
    const isTaken = name !== '' && !WITHHELD.test(name) && entries.size < MAX_ENTRIES;
    const text = isTaken ? plainText(value) : undefined;
    if (text === undefined) {
      if (skipped.length < MAX_ENTRIES) skipped.push(name);
    } else entries.set(name, text);
  };
  for (const dict of dicts) {
    for (const [key, value] of dict) {
      const name = shownName(key);
      if (!isPlainDict(value)) add(name, value);
      else for (const [inner, item] of value) add(shownName(`${name}.${shownName(inner)}`), item);
    }
  }
  return { entries: Object.fromEntries(entries), skipped };
}

/** The numbers of a dict of metrics; whatever is no finite number is left out. */
export function metricsOf(value: PlainValue | undefined): Readonly<Record<string, number>> {
  if (!isPlainDict(value)) return {};
  const numbers = [...value].filter(
    (entry): entry is [string, number | bigint] =>
      typeof entry[0] === 'string' && ['number', 'bigint'].includes(typeof entry[1]),
  );
  const finite = numbers.map(([name, metric]) => [shownName(name), Number(metric)] as const);
  return Object.fromEntries(finite.filter(([, metric]) => Number.isFinite(metric)));
}

function shownName(key: unknown): string {
  return String(key).slice(0, MAX_NAME_CHARS).replaceAll(/\p{C}/gu, '?');
}

/** A value as text that a terminal does not obey; `undefined` when it would be too long. */
function plainText(value: PlainValue): string | undefined {
  if (typeof value === 'string')
    return value.length > MAX_VALUE_CHARS ? undefined : value.replaceAll(/[^\P{Cc}\t\n\r]|\p{Cs}/gu, '?');
  const writer = new JsonWriter();
  return writer.write(value) ? writer.text : undefined;
}

/** JSON up to a length: shared nodes of a small pickle can stand for gigabytes of text. */
class JsonWriter {
  text = '';

  /** Whether it fitted. */
  write(value: PlainValue): boolean {
    if (value === null || typeof value === 'boolean') return this.#put(String(value));
    if (typeof value === 'number' || typeof value === 'bigint') return this.#put(String(value));
    if (typeof value === 'string')
      return this.#put(value.length > MAX_VALUE_CHARS ? value : JSON.stringify(value));
    if (value instanceof PlainDateTime) return this.#put(value.text);
    if (value instanceof Uint8Array)
      return value.length <= MAX_VALUE_CHARS / 2 && this.#put(JSON.stringify(toHex(value)));
    if (isPlainDict(value)) return this.#list('{}', value, ([key, item]) => this.#pair(key, item));
    return this.#list('[]', value as Iterable<PlainValue>, (item) => this.write(item));
  }

  #pair(key: unknown, item: PlainValue): boolean {
    return this.#put(`${JSON.stringify(shownName(key))}:`) && this.write(item);
  }

  #list<Item>(brackets: '{}' | '[]', items: Iterable<Item>, write: (item: Item) => boolean): boolean {
    if (!this.#put(brackets.charAt(0))) return false;
    let isFirst = true;
    for (const item of items) {
      if (!isFirst && !this.#put(',')) return false;
      if (!write(item)) return false;
      isFirst = false;
    }
    return this.#put(brackets.charAt(1));
  }

  #put(text: string): boolean {
    if (this.text.length + text.length > MAX_VALUE_CHARS) return false;
    this.text += text;
    return true;
  }
}
