import { quoteForMessage } from '../api/index.ts';
import { utf8Bytes } from '../bytes/index.ts';
import { MAX_RESOURCE_NAME_BYTES } from './limits.ts';

/** How model_signing names the one file of a model that is no folder. */
export const SINGLE_FILE_NAME = '.';

const CONTROL = /[\p{Cc}\p{Cs}]/u;

/**
 * Whether a name in a signature can be a path inside a model: relative, `/`-separated, without empty, `.` and `..`
 * parts, backslashes, control characters or a drive letter.
 */
export function isPlainPath(name: string): boolean {
  return (
    !CONTROL.test(name) &&
    !name.includes('\\') &&
    !/^[A-Za-z]:/.test(name) &&
    utf8Bytes(name).length <= MAX_RESOURCE_NAME_BYTES &&
    name.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  );
}

/**
 * Why these cannot be the files of one model, in words; `undefined` when they can: each a plain path, none twice, no
 * two that differ only in case or Unicode normalisation (which one is opened would depend on the file system), none
 * the folder of another.
 */
export function findNameFault(names: readonly string[]): string | undefined {
  const seen = new Map<string, string>();
  for (const name of names) {
    if (!isPlainPath(name)) return `${quoteForMessage(name)} is no path inside a model`;
    const folded = foldName(name);
    const twin = seen.get(folded);
    if (twin === name) return `${quoteForMessage(name)} stands twice`;
    if (twin !== undefined) {
      return `${quoteForMessage(name)} and ${quoteForMessage(twin)} differ in case or spelling only`;
    }
    seen.set(folded, name);
  }
  for (const folded of seen.keys()) {
    for (let slash = folded.indexOf('/'); slash > 0; slash = folded.indexOf('/', slash + 1)) {
      const folder = seen.get(folded.slice(0, slash));
      if (folder !== undefined) return `${quoteForMessage(folder)} is a file and a folder`;
    }
  }
  return undefined;
}

/** The same text for names that a file system may hold to be the same. */
function foldName(name: string): string {
  return name.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC');
}

/** The order in which model_signing lists resources: by the parts of the path, each by code points. */
export function compareByParts(left: string, right: string): number {
  const [a, b] = [left.split('/'), right.split('/')];
  const shorter = Math.min(a.length, b.length);
  for (let at = 0; at < shorter; at++) {
    const order = compareByCodePoints(a[at] ?? '', b[at] ?? '');
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareByCodePoints(left: string, right: string): number {
  const [a, b] = [Array.from(left), Array.from(right)];
  const at = a.findIndex((character, index) => character !== b[index]);
  // By UTF-16 units, which is what `<` compares, characters beyond U+FFFF would come before some others.
  return at < 0 ? a.length - b.length : (a[at]?.codePointAt(0) ?? 0) - (b[at]?.codePointAt(0) ?? -1);
}

/** Whether a path is one of these, or in a folder that is. */
export function isUnder(path: string, places: Iterable<string>): boolean {
  for (const place of places) if (path === place || path.startsWith(`${place}/`)) return true;
  return false;
}
