/** Names that are kept; who asks for more starts anew. */
const MAX_KEPT = 10_000;

/** Where what is remembered comes from. */
export interface RememberedSource<Value> {
  /** Counts what must not have changed for a value to hold, as `CatalogueDocuments.collectionChanges` does. */
  readonly changes: () => Promise<number>;
  readonly read: (id: string) => Promise<Value>;
}

/**
 * What documents of a collection say, for those who ask at every call: read again only after some process changed one
 * of them. Rejects as `read` does.
 */
export class Remembered<Value> {
  readonly #source: RememberedSource<Value>;
  /** What was read, at which count of changes; the promise of that count is the same while nobody writes anything. */
  #known = { changes: -1, byId: new Map<string, Promise<Value>>() };
  #count: Promise<number> | undefined;

  constructor(source: RememberedSource<Value>) {
    this.#source = source;
  }

  get(id: string): Promise<Value> {
    const count = this.#source.changes();
    return (count === this.#count ? this.#known.byId.get(id) : undefined) ?? this.#getAsOf(count, id);
  }

  async #getAsOf(count: Promise<number>, id: string): Promise<Value> {
    // Counted before it is read: a change in between makes it stale, not wrong.
    const changes = await count;
    if (this.#known.changes !== changes) this.#known = { changes, byId: new Map() };
    this.#count = count;
    const { byId } = this.#known;
    const known = byId.get(id);
    if (known !== undefined) return await known;
    const reading = this.#source.read(id);
    if (byId.size >= MAX_KEPT) byId.clear();
    byId.set(id, reading);
    reading.catch(() => byId.delete(id));
    return await reading;
  }
}
