/** A small JSON document of the catalogue: a user, a grant, a session … Untrusted, as everything that storage returns. */
export interface DocumentRow {
  /** What it is: `users`, `grants`, `sessions` … */
  readonly collection: string;
  /** Unique in its collection. */
  readonly id: string;
  /** Whose it is, to list by. */
  readonly owner?: string;
  /** A second unique name in its collection: the MAC of a token, the id of a credential. */
  readonly lookup?: string;
  /** From 1, one more with every change. */
  readonly generation: number;
  /** Canonical JSON. */
  readonly content: string;
  /** ISO 8601; from then on `removeExpiredDocuments` takes it. */
  readonly expiresAt?: string;
  /** Over everything else, by the keeper of the collection. */
  readonly mac: string;
}

/** Which documents of a collection, ascending by id. */
export interface DocumentQuery {
  readonly collection: string;
  readonly owner?: string;
  /** The last id of the page before. */
  readonly after?: string;
  readonly limit: number;
}

/**
 * Small documents that change as a whole, with compare-and-swap: what happens once (a token used, a code accepted)
 * happens once, however many processes try.
 */
export interface CatalogueDocuments {
  /** Throws `STORAGE_CONFLICT` when the id or the lookup is taken. */
  insertDocument(row: DocumentRow): Promise<void>;
  findDocument(collection: string, id: string): Promise<DocumentRow | undefined>;
  findDocumentByLookup(collection: string, lookup: string): Promise<DocumentRow | undefined>;
  listDocuments(query: DocumentQuery): Promise<readonly DocumentRow[]>;
  /** Puts `row` in the place of the document with its id; `row.generation` must be one above what stands there. Throws `STORAGE_CONFLICT`. */
  replaceDocument(row: DocumentRow): Promise<void>;
  /** A document that is gone is fine; with a generation, throws `STORAGE_CONFLICT` when it is another one. */
  removeDocument(collection: string, id: string, generation?: number): Promise<void>;
  /** Answers with how many there were. */
  removeExpiredDocuments(at: string): Promise<number>;
  /**
   * Rises with every change of these collections, by whatever process: what was cached under another number is stale.
   * Where nobody has written anything since, it may give the very promise that it gave for the same array before.
   */
  collectionChanges(collections: readonly string[]): Promise<number>;
}
