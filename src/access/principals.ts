import { z } from 'zod';
import { type PrincipalId, type PrincipalType, parsePrincipalId, principalId } from '../api/index.ts';
import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import { DocumentCollection, type DocumentDeps, type StoredDocument } from './document-collection.ts';

/** Long enough for a name, a title and a team. */
const MAX_WORDS_CHARS = 256;

const words = z
  .string()
  .max(MAX_WORDS_CHARS)
  .refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text));

const schema = z.strictObject({
  type: z.enum(['user', 'service-account', 'workload']),
  name: z.string(),
  state: z.enum(['invited', 'active', 'disabled']),
  displayName: words.optional(),
  email: words.optional(),
  description: words.optional(),
  createdAt: z.string(),
  createdBy: z.string(),
  securityVersion: z.int().min(1),
});

/** Somebody who can hold grants: a user, a service account, or whoever a workload rule lets in. */
export interface Principal extends PrincipalContent {
  readonly id: PrincipalId;
}

/** What is kept of a principal. There is no removal: a name that was used stays taken. */
export interface PrincipalContent {
  readonly type: PrincipalType;
  readonly name: string;
  /** `invited`: a user without a password yet. Only who is `active` may do anything. */
  readonly state: 'invited' | 'active' | 'disabled';
  readonly displayName?: string;
  readonly email?: string;
  readonly description?: string;
  readonly createdAt: string;
  readonly createdBy: string;
  /** Raised when credentials must end: those that were handed out under a lower one are refused. From 1. */
  readonly securityVersion: number;
}

/** What somebody says of a principal. */
export type PrincipalWords = Pick<PrincipalContent, 'displayName' | 'email' | 'description'>;

export interface NewPrincipal extends PrincipalWords {
  readonly type: PrincipalType;
  readonly name: string;
  readonly state: PrincipalContent['state'];
  readonly createdBy: string;
}

const TAKEN = {
  user: 'USER_EXISTS',
  'service-account': 'SERVICE_ACCOUNT_EXISTS',
  workload: 'WORKLOAD_RULE_EXISTS',
} as const;

const MISSING = {
  user: 'USER_MISSING',
  'service-account': 'SERVICE_ACCOUNT_MISSING',
  workload: 'WORKLOAD_RULE_MISSING',
} as const;

const NOUN = { user: 'user', 'service-account': 'service account', workload: 'workload rule' } as const;

/** The name of the collection, for those who cache what is in it. */
export const PRINCIPALS = 'principals';

/** The principals of a strongroom. It decides nothing: who may change them is for the gate to say. */
export class Principals {
  readonly #collection: DocumentCollection<PrincipalContent>;
  readonly #now: () => Date;

  constructor(deps: DocumentDeps & { readonly now: () => Date }) {
    this.#now = deps.now;
    this.#collection = new DocumentCollection(deps, { name: PRINCIPALS, schema: schemaOf() });
  }

  /** Throws `NAME_INVALID`, `INPUT_INVALID`, and `USER_EXISTS` and the like for a name that was ever used. */
  async create({ type, name, state, createdBy, ...said }: NewPrincipal): Promise<Principal> {
    const id = principalId(type, name);
    const createdAt = this.#now().toISOString();
    const content = { type, name, state, ...checkedWords(said), createdAt, createdBy, securityVersion: 1 };
    try {
      await this.#collection.insert(id, content);
    } catch (error) {
      if (!isStrongroomError(error, 'STORAGE_CONFLICT')) throw error;
      throw new StrongroomError(TAKEN[type], `there is or was a ${NOUN[type]} ${name}`);
    }
    return { id, ...content };
  }

  async find(id: PrincipalId): Promise<Principal | undefined> {
    const found = await this.#collection.find(id);
    return found && toPrincipal(found);
  }

  /** By type and name. Throws `USER_MISSING` and the like. */
  async get(type: PrincipalType, name: string): Promise<Principal> {
    const found = await this.find(principalId(type, name));
    if (found === undefined) throw missing(type, name);
    return found;
  }

  /** By name; of one type, or all. */
  async list(type?: PrincipalType): Promise<readonly Principal[]> {
    const principals = (await this.#collection.list()).map(toPrincipal);
    return type === undefined ? principals : principals.filter((each) => each.type === type);
  }

  /** Throws `USER_MISSING` and the like, `INPUT_INVALID`. An empty text takes a word away. */
  async describe(id: PrincipalId, said: PrincipalWords): Promise<Principal> {
    const checked = checkedWords(said);
    return await this.#update(id, (content) => {
      const { displayName, email, description, ...rest } = content;
      return { ...rest, ...withoutEmpty({ displayName, email, description, ...checked }) };
    });
  }

  /**
   * Moves a principal to another state. What it could log in with until now ends where `endsCredentials` says so, at
   * once and for good. Throws `USER_MISSING` and the like.
   */
  async setState(
    id: PrincipalId,
    state: PrincipalContent['state'],
    options: { readonly endsCredentials?: boolean } = {},
  ): Promise<Principal> {
    const raise = options.endsCredentials === true ? 1 : 0;
    return await this.#update(id, (content) => ({
      ...content,
      state,
      securityVersion: content.securityVersion + raise,
    }));
  }

  /** Ends what a principal could log in with until now. Throws `USER_MISSING` and the like. */
  async endCredentials(id: PrincipalId): Promise<Principal> {
    return await this.#update(id, (content) => ({
      ...content,
      securityVersion: content.securityVersion + 1,
    }));
  }

  async #update(
    id: PrincipalId,
    change: (content: PrincipalContent) => PrincipalContent,
  ): Promise<Principal> {
    const updated = await this.#collection.update(id, change);
    if (updated !== undefined) return toPrincipal(updated);
    const [type = '', name = ''] = id.split(':');
    throw missing(type as PrincipalType, name);
  }
}

// Optional members are absent, never undefined, which zod's own inference cannot say.
function schemaOf() {
  return schema as unknown as z.ZodType<PrincipalContent>;
}

function toPrincipal({ id, content }: StoredDocument<PrincipalContent>): Principal {
  return { id: parsePrincipalId(id), ...content };
}

function checkedWords(said: PrincipalWords): PrincipalWords {
  const given = withoutUndefined(said);
  for (const text of Object.values(given)) {
    if (words.safeParse(text).success) continue;
    throw new StrongroomError(
      'INPUT_INVALID',
      `names, addresses and descriptions have at most ${MAX_WORDS_CHARS} characters and no control characters`,
    );
  }
  return given;
}

function withoutUndefined(
  said: { readonly [Word in keyof PrincipalWords]: string | undefined },
): PrincipalWords {
  return Object.fromEntries(Object.entries(said).filter(([, text]) => text !== undefined));
}

function withoutEmpty(said: { readonly [Word in keyof PrincipalWords]: string | undefined }): PrincipalWords {
  return Object.fromEntries(Object.entries(said).filter(([, text]) => text !== undefined && text !== ''));
}

function missing(type: PrincipalType, name: string): StrongroomError {
  return new StrongroomError(MISSING[type], `there is no ${NOUN[type]} ${name}`);
}
