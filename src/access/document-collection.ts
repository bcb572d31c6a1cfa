import type { ZodType } from 'zod';
import {
  formatCanonicalJson,
  fromBase64Url,
  parseCanonicalJson,
  toBase64Url,
  utf8Bytes,
} from '../bytes/index.ts';
import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import type { CatalogueDocuments, DocumentRow } from '../storage/index.ts';
import { Remembered } from './remembered.ts';

/** Far above what any of ours needs; a longer one was not written by us. */
const MAX_CONTENT_CHARS = 65_536;
/** Documents per query. */
const PAGE_LENGTH = 500;
/** How often a change starts again because somebody else was faster. */
const MAX_TRIES = 32;

/** Makes and checks the MACs of documents; the keyring is one. */
export interface DocumentSeal {
  mac(label: string, bytes: Uint8Array): Uint8Array;
  /** In constant time. */
  verifyMac(label: string, bytes: Uint8Array, mac: Uint8Array): boolean;
}

/** What collections of documents stand on. */
export interface DocumentDeps {
  readonly catalogue: CatalogueDocuments;
  readonly seal: DocumentSeal;
}

/** What the catalogue finds documents by; taken from the content, so that the two never disagree. */
export interface DocumentIndex {
  readonly owner?: string;
  /** A second unique name: the MAC of a token, the id of a credential. */
  readonly lookup?: string;
  /** ISO 8601 UTC with milliseconds; from then on the document counts as gone. */
  readonly expiresAt?: string;
}

/** What a collection consists of. */
export interface CollectionRules<Content> {
  /** As the catalogue stores it; also part of every MAC. */
  readonly name: string;
  readonly schema: ZodType<Content>;
  readonly index?: (content: Content) => DocumentIndex;
}

/** One document as it was read. */
export interface StoredDocument<Content> {
  readonly id: string;
  readonly generation: number;
  readonly content: Content;
}

/**
 * Documents of one kind, each under a MAC over all that the catalogue stores of it: whoever can write the database but
 * has no key can neither make nor change nor rename one. Reading throws `CATALOGUE_DAMAGED` for one that is not what
 * was written. Expiry is the caller's to check: a document that has expired is returned until it is cleared away.
 */
export class DocumentCollection<Content> {
  readonly #deps: DocumentDeps;
  readonly #rules: CollectionRules<Content>;
  readonly #collections: readonly string[];

  constructor(deps: DocumentDeps, rules: CollectionRules<Content>) {
    this.#deps = deps;
    this.#rules = rules;
    this.#collections = [rules.name];
  }

  /** Throws `STORAGE_CONFLICT` when the id or the lookup is taken. */
  async insert(id: string, content: Content): Promise<void> {
    await this.#deps.catalogue.insertDocument(this.#write({ id, generation: 1, content }));
  }

  async find(id: string): Promise<StoredDocument<Content> | undefined> {
    const row = await this.#deps.catalogue.findDocument(this.#rules.name, id);
    return row && this.#read(row, (found) => found.id === id);
  }

  /** Rises with every change of its documents, by whatever process; as `CatalogueDocuments.collectionChanges`. */
  changes(): Promise<number> {
    return this.#deps.catalogue.collectionChanges(this.#collections);
  }

  /** What `make` makes of its documents, for those who ask at every call. */
  remembered<Value>(make: (found: StoredDocument<Content> | undefined) => Value): Remembered<Value> {
    return new Remembered({
      changes: () => this.changes(),
      read: async (id) => make(await this.find(id)),
    });
  }

  async findByLookup(lookup: string): Promise<StoredDocument<Content> | undefined> {
    const row = await this.#deps.catalogue.findDocumentByLookup(this.#rules.name, lookup);
    return row && this.#read(row, (found) => found.lookup === lookup);
  }

  /** All of them, or all of an owner, ascending by id. */
  async list(owner?: string): Promise<readonly StoredDocument<Content>[]> {
    const documents: StoredDocument<Content>[] = [];
    let after: string | undefined;
    for (;;) {
      const page = await this.#deps.catalogue.listDocuments({
        collection: this.#rules.name,
        limit: PAGE_LENGTH,
        ...(owner === undefined ? {} : { owner }),
        ...(after === undefined ? {} : { after }),
      });
      for (const row of page) {
        const isNext = (found: DocumentRow): boolean =>
          (after === undefined || found.id > after) && (owner === undefined || found.owner === owner);
        documents.push(this.#read(row, isNext));
        after = row.id;
      }
      if (page.length < PAGE_LENGTH) return documents;
    }
  }

  /** Puts a content in the place of one that was read. Throws `STORAGE_CONFLICT` when it changed meanwhile. */
  async replace(read: StoredDocument<Content>, content: Content): Promise<StoredDocument<Content>> {
    const next = { id: read.id, generation: read.generation + 1, content };
    await this.#deps.catalogue.replaceDocument(this.#write(next));
    return next;
  }

  /**
   * Changes a document, starting again from what stands there when somebody else was faster; so `change` may run more
   * than once. It answers `undefined` to leave things as they are, and what it throws changes nothing. Resolves to
   * what stands there now; `undefined` when there is no such document.
   */
  async update(
    id: string,
    change: (content: Content) => Content | undefined,
  ): Promise<StoredDocument<Content> | undefined> {
    for (let tries = 1; ; tries += 1) {
      const read = await this.find(id);
      if (read === undefined) return undefined;
      const content = change(read.content);
      if (content === undefined) return read;
      try {
        return await this.replace(read, content);
      } catch (error) {
        if (!isStrongroomError(error, 'STORAGE_CONFLICT') || tries === MAX_TRIES) throw error;
      }
    }
  }

  /** Puts a content there, whatever stood there before. */
  async put(id: string, content: Content): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      if ((await this.update(id, () => content)) !== undefined) return;
      try {
        await this.insert(id, content);
        return;
      } catch (error) {
        // Somebody else was faster.
        if (!isStrongroomError(error, 'STORAGE_CONFLICT') || tries === MAX_TRIES) throw error;
      }
    }
  }

  /** One that is gone is fine; with a generation, throws `STORAGE_CONFLICT` when it is another one. */
  async remove(id: string, generation?: number): Promise<void> {
    await this.#deps.catalogue.removeDocument(this.#rules.name, id, generation);
  }

  #write(document: StoredDocument<Content>): DocumentRow {
    const { id, generation, content } = document;
    const { owner, lookup, expiresAt } = this.#rules.index?.(content) ?? {};
    const row = {
      collection: this.#rules.name,
      id,
      ...(owner === undefined ? {} : { owner }),
      ...(lookup === undefined ? {} : { lookup }),
      generation,
      content: formatCanonicalJson(this.#rules.schema.parse(content)),
      ...(expiresAt === undefined ? {} : { expiresAt }),
    };
    const mac = this.#deps.seal.mac(this.#label(), utf8Bytes(formatCanonicalJson(row)));
    return { ...row, mac: toBase64Url(mac) };
  }

  /** `isAsked`: the database may answer with another document of ours than the one that was asked for. */
  #read(stored: DocumentRow, isAsked: (row: DocumentRow) => boolean): StoredDocument<Content> {
    const { mac, ...row } = stored;
    const bytes = fromBase64Url(mac);
    const isOurs =
      row.content.length <= MAX_CONTENT_CHARS &&
      row.collection === this.#rules.name &&
      bytes !== undefined &&
      this.#deps.seal.verifyMac(this.#label(), utf8Bytes(formatCanonicalJson(row)), bytes);
    const content = isOurs && isAsked(stored) ? this.#parse(row.content) : undefined;
    if (content === undefined) {
      throw new StrongroomError(
        'CATALOGUE_DAMAGED',
        `a document of ${this.#rules.name} in the catalogue is not what strongroom wrote`,
        { hint: 'the catalogue was changed from outside; restore it from a backup' },
      );
    }
    return { id: row.id, generation: row.generation, content };
  }

  #parse(text: string): Content | undefined {
    const parsed = this.#rules.schema.safeParse(parseCanonicalJson(text));
    return parsed.success ? parsed.data : undefined;
  }

  #label(): string {
    return `document ${this.#rules.name}`;
  }
}
