/** How many values go into one statement: well below what SQLite and PostgreSQL take as parameters. */
const PAGE_LENGTH = 500;

/** A list in pieces that fit into one statement each. */
export function pagesOf<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  const pages: Item[][] = [];
  for (let at = 0; at < items.length; at += PAGE_LENGTH) pages.push(items.slice(at, at + PAGE_LENGTH));
  return pages;
}
