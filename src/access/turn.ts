import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import { DocumentCollection, type DocumentDeps } from './document-collection.ts';

/** Far longer than any turn takes; then whoever took it is gone. */
const MAX_TURN_MS = 30_000;
/** How long to wait for one's turn. */
const MAX_WAIT_MS = 35_000;

const schema = z.strictObject({ endsAt: z.string() });

/** Lets changes that look at several documents before they write one happen one after the other, across processes. */
export class Turns {
  readonly #collection: DocumentCollection<z.infer<typeof schema>>;
  readonly #now: () => Date;

  constructor(deps: DocumentDeps & { readonly now: () => Date }) {
    this.#now = deps.now;
    this.#collection = new DocumentCollection(deps, {
      name: 'turns',
      schema,
      index: ({ endsAt }) => ({ expiresAt: endsAt }),
    });
  }

  /** Does the work when nobody else is at the same thing. Throws `CATALOGUE_BUSY` when it is never its turn. */
  async take<T>(name: string, work: () => Promise<T>): Promise<T> {
    const startMs = performance.now();
    while (!(await this.#tryTake(name))) {
      if (performance.now() - startMs > MAX_WAIT_MS) {
        throw new StrongroomError('CATALOGUE_BUSY', 'others are changing who may do what');
      }
      await delay(5 + Math.random() * 20);
    }
    try {
      return await work();
    } finally {
      await this.#collection.remove(name);
    }
  }

  async #tryTake(name: string): Promise<boolean> {
    const now = this.#now().getTime();
    try {
      const held = await this.#collection.find(name);
      if (held !== undefined) {
        if (Date.parse(held.content.endsAt) > now) return false;
        await this.#collection.remove(name, held.generation);
      }
      await this.#collection.insert(name, { endsAt: new Date(now + MAX_TURN_MS).toISOString() });
      return true;
    } catch (error) {
      if (isStrongroomError(error, 'STORAGE_CONFLICT')) return false;
      throw error;
    }
  }
}
