import type { CatalogueDocuments } from '../storage/index.ts';

/** Names that are kept; who asks for more starts anew. */
const MAX_KEPT = 10_000;

/** Where what is remembered comes from. */
export interface RememberedSource<Value> {
  readonly catalogue: Pick<CatalogueDocuments, 'collectionChanges'>;
  /** What must not have changed for a value to hold. */
  readonly collection: string;
  readonly read: (id: string) => Promise<Value>;
}

/**
 * What documents of a collection say, for those who ask at every call: read again only after some process changed one
 * of them. Rejects as `read` does.
 */
export class Remembered<Value> {
  readonly #source: RememberedSource<Value>;
  #known = { changes: -1, byId: new Map<string, Value>() };

  constructor(source: RememberedSource<Value>) {
    this.#source = source;
  }

  async get(id: string): Promise<Value> {
    const { catalogue, collection, read } = this.#source;
    // Counted before it is read: a change in between makes it stale, not wrong.
    const changes = await catalogue.collectionChanges(collection);
    if (this.#known.changes !== changes) this.#known = { changes, byId: new Map() };
    const { byId } = this.#known;
    const known = byId.get(id);
    if (known !== undefined || byId.has(id)) return known as Value;
    const value = await read(id);
    if (byId.size >= MAX_KEPT) byId.clear();
    byId.set(id, value);
    return value;
  }
}
