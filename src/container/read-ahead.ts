/**
 * Does the same with every item, up to `depth` at a time, and yields the results in order. When the consumer stops
 * or something fails, it waits for what is under way, so that memory in use is not given away.
 */
export async function* readAhead<Item, Result>(
  items: Iterable<Item> | AsyncIterable<Item>,
  depth: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const underWay: Promise<Result>[] = [];
  try {
    for await (const item of items) {
      const result = work(item);
      // Awaited in its turn; until then a failure must not count as unhandled.
      result.catch(() => undefined);
      underWay.push(result);
      if (underWay.length < depth) continue;
      const head = underWay.shift();
      if (head !== undefined) yield await head;
    }
    for (let head = underWay.shift(); head !== undefined; head = underWay.shift()) yield await head;
  } finally {
    await Promise.allSettled(underWay);
  }
}
