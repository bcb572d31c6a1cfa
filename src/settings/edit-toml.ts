import { isDeepStrictEqual } from 'node:util';
import { parse as parseToml } from 'smol-toml';

/** A setting in a file: its table, `key` in it, and for a list of tables the `id` of the one that is meant. */
export interface SettingPlace {
  readonly table: string;
  readonly id?: string;
  readonly key: string;
}

type Table = Record<string, unknown>;

const BARE = /^[A-Za-z0-9_-]+$/;
const HEADER = /^\s*\[/;
const SIMPLE_VALUE = /^(?:"(?:[^"\\]|\\.)*"|'[^']*')/;

/**
 * The text of a TOML file with one text setting put in (or, without a value, taken out), everything else as it stands,
 * comments too. `undefined` where that cannot be done safely: the result is parsed again and must differ in that setting
 * alone. Throws what the parser throws for text that is no TOML.
 */
export function editToml(text: string, place: SettingPlace, value: string | undefined): string | undefined {
  if (!BARE.test(place.key) || !BARE.test(place.table)) return undefined;
  const wanted = changed(parseToml(text), place, value);
  if (wanted === undefined) return undefined;
  const lines = text.split('\n');
  const block = findBlock(lines, place);
  const edited =
    block === undefined
      ? withNewTable(lines, place, value)
      : withinBlock(lines, block, { key: place.key, value });
  if (edited === undefined) return undefined;
  const result = edited.join('\n');
  try {
    return isDeepStrictEqual(plain(parseToml(result)), plain(wanted)) ? result : undefined;
  } catch {
    // What the lines seemed to be is not what they are, so this text is left to whoever wrote it.
    return undefined;
  }
}

/** What the file is to say afterwards; `undefined` when it has no such table. */
function changed(
  parsed: Table,
  { table, id, key }: SettingPlace,
  value: string | undefined,
): Table | undefined {
  const set = (entries: Table): Table => {
    const { [key]: _before, ...others } = entries;
    return value === undefined ? others : { ...others, [key]: value };
  };
  const found = parsed[table];
  if (id === undefined)
    return isTable(found ?? {}) ? { ...parsed, [table]: set((found ?? {}) as Table) } : undefined;
  if (!Array.isArray(found) || !found.some((each) => isTable(each) && each['id'] === id)) return undefined;
  return {
    ...parsed,
    [table]: found.map((each: unknown) => (isTable(each) && each['id'] === id ? set(each) : each)),
  };
}

interface Block {
  /** First line after the header, and the line after the last. */
  readonly from: number;
  readonly to: number;
}

function findBlock(lines: readonly string[], { table, id }: SettingPlace): Block | undefined {
  const header = id === undefined ? `[${table}]` : `[[${table}]]`;
  for (const [at, line] of lines.entries()) {
    if (withoutComment(line) !== header) continue;
    const end = lines.findIndex((later, index) => index > at && HEADER.test(later));
    const block = { from: at + 1, to: end === -1 ? lines.length : end };
    const own = lines.slice(block.from, block.to);
    if (id === undefined || own.some((each) => isIdLine(each, id))) return block;
  }
  return undefined;
}

function isIdLine(line: string, id: string): boolean {
  const text = withoutComment(line).replace(/\s+/g, '');
  return text === `id="${id}"` || text === `id='${id}'`;
}

function withinBlock(
  lines: readonly string[],
  { from, to }: Block,
  { key, value }: { readonly key: string; readonly value: string | undefined },
): string[] | undefined {
  const before = new RegExp(`^(\\s*${key}\\s*=\\s*)(.*)$`);
  const at = lines.findIndex((line, index) => index >= from && index < to && before.test(line));
  if (at === -1) return value === undefined ? [...lines] : inserted(lines, { from, to }, lineFor(key, value));
  if (value === undefined) return lines.toSpliced(at, 1);
  const [, head = '', rest = ''] = before.exec(lines[at] ?? '') ?? [];
  const old = SIMPLE_VALUE.exec(rest)?.[0];
  if (old === undefined) return undefined;
  return lines.toSpliced(at, 1, `${head}${JSON.stringify(value)}${rest.slice(old.length)}`);
}

/** Behind the last line of the block that says something, so that blank lines and remarks of the next one stay there. */
function inserted(lines: readonly string[], { from, to }: Block, line: string): string[] {
  const last = lines.findLastIndex(
    (each, index) => index >= from - 1 && index < to && withoutComment(each) !== '',
  );
  return lines.toSpliced(last + 1, 0, line);
}

function withNewTable(
  lines: readonly string[],
  { table, id, key }: SettingPlace,
  value: string | undefined,
): string[] | undefined {
  if (id !== undefined || value === undefined) return undefined;
  const end = lines.at(-1) === '' ? lines.slice(0, -1) : lines;
  return [...end, ...(end.length > 0 ? [''] : []), `[${table}]`, lineFor(key, value), ''];
}

function lineFor(key: string, value: string): string {
  // JSON's escapes are among those of TOML's basic strings.
  return `${key} = ${JSON.stringify(value)}`;
}

/** Only for lines that are headers or names, where a `#` stands in no text. */
function withoutComment(line: string): string {
  return line.replace(/#.*$/, '').trim();
}

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** Tables without prototypes and with them are the same file. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!isTable(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
}
