import { type Lineage, type MetricDirection, parseVersionRef, quoteForMessage } from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';

function invalid(message: string, hint: string): StrongroomError {
  return new StrongroomError('INPUT_INVALID', message, { hint });
}

/** Adds one `name=value` of a repeatable option. Throws `INPUT_INVALID` for another form or a name given twice. */
function addPair(text: string, into: Readonly<Record<string, string>>): Record<string, string> {
  const at = text.indexOf('=');
  const name = text.slice(0, Math.max(0, at)).trim();
  if (name === '')
    throw invalid(
      `expected name=value, got ${quoteForMessage(text)}`,
      'write it as name=value, without spaces',
    );
  if (Object.hasOwn(into, name))
    throw invalid(`${quoteForMessage(name)} is given twice`, 'give each name once');
  return { ...into, [name]: text.slice(at + 1) };
}

/** `--meta framework=sklearn`, repeatable. Throws `INPUT_INVALID`. */
export function collectPairs(
  text: string,
  previous: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return addPair(text, previous);
}

/** `--metric accuracy=0.97`, repeatable. Throws `INPUT_INVALID` for a value that is no finite number. */
export function collectMetrics(
  text: string,
  previous: Readonly<Record<string, number>> = {},
): Record<string, number> {
  const [name, value] = splitPair(text, previous);
  const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(value) ? Number(value) : Number.NaN;
  if (!Number.isFinite(number)) {
    throw invalid(`${quoteForMessage(value)} is not a number`, 'write metrics as name=number: accuracy=0.97');
  }
  return { ...previous, [name]: number };
}

/** `--direction custom=lower`, repeatable. Throws `INPUT_INVALID` for another word. */
export function collectDirections(
  text: string,
  previous: Readonly<Record<string, MetricDirection>> = {},
): Record<string, MetricDirection> {
  const [name, value] = splitPair(text, previous);
  if (value !== 'higher' && value !== 'lower') {
    throw invalid(
      `a direction is higher or lower, got ${quoteForMessage(value)}`,
      'which values are better: name=higher or name=lower',
    );
  }
  return { ...previous, [name]: value };
}

function splitPair(text: string, previous: Readonly<Record<string, unknown>>): [name: string, value: string] {
  const [entry] = Object.entries(addPair(text, {}));
  const [name, value] = entry ?? ['', ''];
  if (Object.hasOwn(previous, name))
    throw invalid(`${quoteForMessage(name)} is given twice`, 'give each name once');
  return [name, value];
}

/** Any repeatable option, in the order given. */
export function collectWords(text: string, previous: readonly string[] = []): string[] {
  return [...previous, text];
}

/** `--derived-from acme/churn@3 --relation quantized` as lineage. Throws `INPUT_INVALID`, `NAME_INVALID`. */
export function parseLineage(from: string | undefined, relation: string | undefined): Lineage | undefined {
  if (from === undefined) {
    if (relation === undefined) return undefined;
    throw invalid('--relation says how, but not from what', 'add --derived-from MODEL@N');
  }
  const ref = parseVersionRef(from);
  if (ref.version === undefined) {
    throw invalid(
      `not a version: ${quoteForMessage(from)}`,
      'name the version by its number: --derived-from acme/churn@3',
    );
  }
  if (relation === undefined)
    throw invalid('how it derives is missing', 'add --relation, such as quantized, converted or fine-tuned');
  return { model: ref.model, version: ref.version, relation };
}

/** `2/3`: how many shares are needed, of how many. Throws `INPUT_INVALID`. */
export function parseShares(text: string): { readonly threshold: number; readonly total: number } {
  const match = /^(\d{1,3})\/(\d{1,3})$/.exec(text);
  const threshold = Number(match?.[1]);
  const total = Number(match?.[2]);
  if (match === null || threshold < 2 || total < threshold || total > 255) {
    throw invalid(
      `not shares: ${quoteForMessage(text)}`,
      'write NEEDED/TOTAL, such as 2/3; at least 2, at most 255',
    );
  }
  return { threshold, total };
}

/** A whole number from 1 on. Throws `INPUT_INVALID`. */
export function parseCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw invalid(`not a number from 1 on: ${quoteForMessage(text)}`, 'give a whole number');
  }
  return Number(text);
}

/** Narrows to one of a few words. Throws `INPUT_INVALID` naming them. */
export function parseChoice<Word extends string>(words: readonly Word[]): (text: string) => Word {
  return (text) => {
    const word = words.find((candidate) => candidate === text);
    if (word !== undefined) return word;
    throw invalid(`not one of ${words.join(', ')}: ${quoteForMessage(text)}`, `use ${words.join(' or ')}`);
  };
}

/** A time as people write it, in UTC where they do not say, as ISO 8601. Throws `INPUT_INVALID`. */
export function parseTime(text: string): string {
  const isPlain = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?Z?)?$/.test(text);
  const time = isPlain ? new Date(text.endsWith('Z') || text.length === 10 ? text : `${text}Z`) : undefined;
  if (time !== undefined && !Number.isNaN(time.getTime())) return time.toISOString();
  throw new StrongroomError('INPUT_INVALID', 'not a time', {
    hint: 'write 2026-03-01 or 2026-03-01T09:30:00Z',
  });
}
