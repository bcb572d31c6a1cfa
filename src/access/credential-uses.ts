import { z } from 'zod';
import { isStrongroomError } from '../errors/index.ts';
import { DocumentCollection, type DocumentDeps } from './document-collection.ts';

/** A use is written at most this often for one credential. */
const WRITE_EVERY_MS = 60_000;
/** Uses that are remembered between writes. */
const MAX_REMEMBERED = 50_000;
const DAY_MS = 86_400_000;
/** Uses outlive their credential by nothing that matters: tokens last a year at most. */
const KEPT_DAYS = 400;

const useSchema = z.strictObject({ at: z.string(), from: z.string(), expiresAt: z.string() });

/** When and from where a credential was used last. */
export interface CredentialUse {
  readonly at: string;
  readonly from: string;
}

/** A use as this process knows it; formatted only where somebody asks. */
interface Noted {
  atMs: number;
  from: string;
  readonly writtenAtMs: number;
}

/**
 * Last uses of sessions and tokens, apart from them: writing a use must not make every cache of sessions stale. What is
 * in the catalogue may be a minute old; this process knows its own uses to the millisecond.
 */
export class CredentialUses {
  readonly #collection: DocumentCollection<z.infer<typeof useSchema>>;
  readonly #now: () => Date;
  readonly #remembered = new Map<string, Noted>();

  constructor(deps: DocumentDeps & { readonly now: () => Date }) {
    this.#now = deps.now;
    this.#collection = new DocumentCollection(deps, {
      name: 'credential-uses',
      schema: useSchema,
      index: ({ expiresAt }) => ({ expiresAt }),
    });
  }

  /** Notes a use; writes it when the last one that was written is a minute old, which is what to wait for. */
  note(credential: string, from: string): Promise<void> | undefined {
    const atMs = this.#now().getTime();
    const before = this.#remembered.get(credential);
    const isDue = before === undefined || atMs - before.writtenAtMs >= WRITE_EVERY_MS;
    if (!isDue) {
      // Its place among the others, the oldest of which is forgotten, is that of its last write.
      before.atMs = atMs;
      before.from = from;
      return undefined;
    }
    const noted = { atMs, from, writtenAtMs: atMs };
    this.#remembered.delete(credential);
    this.#remembered.set(credential, noted);
    this.#forgetOldest();
    return this.#write(credential, useOf(noted));
  }

  /** The last use that is known. */
  async lastOf(credential: string): Promise<CredentialUse | undefined> {
    const stored = await this.#collection.find(credential);
    const own = this.#ownOf(credential);
    if (stored === undefined || (own !== undefined && own.at >= stored.content.at)) return own;
    return { at: stored.content.at, from: stored.content.from };
  }

  /** Whether it was used after a time (ISO 8601); looks into the catalogue only when this process does not know. */
  async isUsedSince(credential: string, time: string): Promise<boolean> {
    const own = this.#ownOf(credential);
    if (own !== undefined && own.at > time) return true;
    const stored = await this.#collection.find(credential);
    return stored !== undefined && stored.content.at > time;
  }

  #ownOf(credential: string): CredentialUse | undefined {
    const noted = this.#remembered.get(credential);
    return noted && useOf(noted);
  }

  async #write(credential: string, use: CredentialUse): Promise<void> {
    const expiresAt = new Date(this.#now().getTime() + KEPT_DAYS * DAY_MS).toISOString();
    const content = { ...use, expiresAt };
    try {
      const stored = await this.#collection.find(credential);
      if (stored === undefined) await this.#collection.insert(credential, content);
      else await this.#collection.replace(stored, content);
    } catch (error) {
      // Another process noted a use of the same moment, which serves as well.
      if (!isStrongroomError(error, 'STORAGE_CONFLICT')) throw error;
    }
  }

  #forgetOldest(): void {
    if (this.#remembered.size <= MAX_REMEMBERED) return;
    const [oldest] = this.#remembered.keys();
    if (oldest !== undefined) this.#remembered.delete(oldest);
  }
}

function useOf({ atMs, from }: Noted): CredentialUse {
  return { at: new Date(atMs).toISOString(), from };
}
