import type { ListRoute, Page, PageRequest } from '../api/index.ts';
import { fromBase64Url, toBase64Url, utf8Bytes, utf8Text } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';

const DEFAULT_LIMIT = 100;

type Key = string | number;

/**
 * One page of a list. The cursor is the key of the last item of the page before, so that it stays true while items come
 * and go. Throws `INPUT_INVALID` for a cursor that is none.
 */
export function pageOf<Item>(
  items: readonly Item[],
  order: ListRoute<unknown, Item>['order'],
  request: PageRequest,
): Page<Item> {
  const after = request.cursor === undefined ? undefined : readCursor(request.cursor);
  const limit = request.limit ?? DEFAULT_LIMIT;
  const sign = order.descending ? -1 : 1;
  const rest = items
    .map((item) => ({ item, key: order.key(item) }))
    .sort((a, b) => sign * compare(a.key, b.key))
    .filter(({ key }) => after === undefined || sign * compare(key, after) > 0);
  const page = rest.slice(0, Math.max(1, limit));
  const last = page.at(-1);
  return {
    items: page.map(({ item }) => item),
    ...(rest.length > page.length && last !== undefined ? { nextCursor: writeCursor(last.key) } : {}),
  };
}

function compare(a: Key, b: Key): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (String(a) === String(b)) return 0;
  return String(a) < String(b) ? -1 : 1;
}

function writeCursor(key: Key): string {
  return toBase64Url(utf8Bytes(JSON.stringify(key)));
}

function readCursor(cursor: string): Key {
  try {
    const key: unknown = JSON.parse(utf8Text(fromBase64Url(cursor) ?? new Uint8Array()) ?? '');
    if (typeof key === 'string' || typeof key === 'number') return key;
  } catch {
    // Told below, as any other cursor that is none.
  }
  throw new StrongroomError('INPUT_INVALID', 'the cursor is not one that this server gave out', {
    hint: 'begin with the first page, without a cursor',
  });
}
