import { z } from 'zod';
import { type Grant, type GrantPlace, parsePrincipalId } from '../api/index.ts';
import { randomId } from '../crypto/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { DocumentCollection, type DocumentDeps, type StoredDocument } from './document-collection.ts';
import { covers, parsePlace } from './place.ts';

const schema = z.strictObject({
  principal: z.string(),
  role: z.string(),
  on: z.string(),
  expiresAt: z.string().optional(),
  output: z.string().optional(),
  createdAt: z.string(),
  createdBy: z.string(),
});

type GrantContent = z.infer<typeof schema>;

/** What a grant says, before it has an id. */
export type NewGrant = Pick<Grant, 'principal' | 'role' | 'on' | 'expiresAt' | 'output' | 'createdBy'>;

/** The name of the collection, for those who cache what is in it. */
export const GRANTS = 'grants';

/** Who holds which role where. It decides nothing: who may change grants is for the gate to say. */
export class Grants {
  readonly #collection: DocumentCollection<GrantContent>;
  readonly #now: () => Date;

  constructor(deps: DocumentDeps & { readonly now: () => Date }) {
    this.#now = deps.now;
    this.#collection = new DocumentCollection(deps, {
      name: GRANTS,
      schema,
      index: ({ principal, role, on, expiresAt }) => ({
        owner: principal,
        lookup: lookupOf({ principal, role, on }),
        ...(expiresAt === undefined ? {} : { expiresAt }),
      }),
    });
  }

  /** Those in force; of a principal, or all. */
  async list(principal?: string): Promise<readonly Grant[]> {
    const now = this.#now().toISOString();
    return (await this.#collection.list(principal))
      .map(toGrant)
      .filter(({ expiresAt }) => expiresAt === undefined || expiresAt > now);
  }

  /** Throws `GRANT_MISSING`, also for one that has ended, or that whoever asks may not see. */
  async get(id: string, isVisible: (grant: Grant) => boolean): Promise<Grant> {
    const found = await this.#collection.find(id);
    const grant = found && toGrant(found);
    const hasEnded = (grant?.expiresAt ?? '~') <= this.#now().toISOString();
    if (grant !== undefined && !hasEnded && isVisible(grant)) return grant;
    throw new StrongroomError('GRANT_MISSING', 'there is no grant of that id');
  }

  /** The grant of this role to this principal at this place, where there is one, in force or not. */
  async find(of: Pick<Grant, 'principal' | 'role' | 'on'>): Promise<Grant | undefined> {
    const found = await this.#collection.findByLookup(lookupOf(of));
    return found && toGrant(found);
  }

  /** Gives it, or renews the same: then its end and its output policy are the new ones. */
  async put(grant: NewGrant): Promise<Grant> {
    const { principal, role, on, expiresAt, output, createdBy } = grant;
    const content: GrantContent = {
      principal,
      role,
      on,
      ...(expiresAt === undefined ? {} : { expiresAt }),
      ...(output === undefined ? {} : { output }),
      createdAt: this.#now().toISOString(),
      createdBy,
    };
    const known = await this.#collection.findByLookup(lookupOf(grant));
    if (known !== undefined) return toGrant(await this.#collection.replace(known, content));
    const id = randomId();
    await this.#collection.insert(id, content);
    return toGrant({ id, generation: 1, content });
  }

  /** One that is gone is fine. */
  async remove(id: string): Promise<void> {
    await this.#collection.remove(id);
  }

  /** Ends every grant at a place that is gone, and below it: what is made under the same name is another thing. */
  async removeAt(place: Exclude<GrantPlace, 'everything'>): Promise<void> {
    for (const { id, content } of await this.#collection.list()) {
      if (covers(place, parsePlace(content.on))) await this.#collection.remove(id);
    }
  }
}

function lookupOf({ principal, role, on }: Pick<GrantContent, 'principal' | 'role' | 'on'>): string {
  return `${principal} ${role} ${on}`;
}

function toGrant({ id, content }: StoredDocument<GrantContent>): Grant {
  const { principal, role, on, expiresAt, output, createdAt, createdBy } = content;
  return {
    id,
    principal: parsePrincipalId(principal),
    role,
    on: parsePlace(on),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(output === undefined ? {} : { output }),
    createdAt,
    createdBy,
  };
}
