import { z } from 'zod';
import { type ExternalIdentity, type PrincipalId, parsePrincipalId } from '../api/index.ts';
import { toBase64Url, utf8Bytes } from '../bytes/index.ts';
import { sha256 } from '../crypto/index.ts';
import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import { DocumentCollection, type DocumentDeps } from './document-collection.ts';

/** Longest subject (OpenID Connect Core 1.0 §2). */
const MAX_SUBJECT_CHARS = 255;

const schema = z.strictObject({
  user: z.string(),
  provider: z.string(),
  issuer: z.string(),
  subject: z.string(),
  linkedAt: z.string(),
  linkedBy: z.string(),
});
type Content = z.infer<typeof schema>;

/** Who somebody is elsewhere. */
export interface ForeignSubject {
  readonly issuer: string;
  readonly subject: string;
}

/**
 * Which account at which issuer stands for which user. The key is issuer and subject together, and never an e-mail
 * address, which can change hands (OpenID Connect Core 1.0 §5.7).
 */
export class ExternalIdentities {
  readonly #collection: DocumentCollection<Content>;
  readonly #now: () => Date;

  constructor(deps: DocumentDeps & { readonly now: () => Date }) {
    this.#now = deps.now;
    this.#collection = new DocumentCollection(deps, {
      name: 'external-identities',
      schema,
      index: ({ user }) => ({ owner: user }),
    });
  }

  async list(user: PrincipalId): Promise<readonly ExternalIdentity[]> {
    return (await this.#collection.list(user)).map(({ id, content }) => shown(id, content));
  }

  async find(of: ForeignSubject): Promise<ExternalIdentity | undefined> {
    const found = await this.#collection.find(idOf(of));
    return found && shown(found.id, found.content);
  }

  /** Throws `OIDC_LINKED` where it belongs to a user already, `INPUT_INVALID` for a subject that is none. */
  async link(input: Omit<ExternalIdentity, 'id' | 'linkedAt'>): Promise<ExternalIdentity> {
    const { user, provider, issuer, subject, linkedBy } = input;
    if (subject === '' || subject.length > MAX_SUBJECT_CHARS || /\p{Cc}/u.test(subject))
      throw new StrongroomError('INPUT_INVALID', 'a subject has 1 to 255 characters');
    const content = { user, provider, issuer, subject, linkedAt: this.#now().toISOString(), linkedBy };
    const id = idOf(input);
    try {
      await this.#collection.insert(id, content);
    } catch (error) {
      if (!isStrongroomError(error, 'STORAGE_CONFLICT')) throw error;
      throw new StrongroomError('OIDC_LINKED', 'that identity belongs to a user already');
    }
    return shown(id, content);
  }

  /** Throws `OIDC_LINK_MISSING`, also for one of another user. */
  async unlink(user: PrincipalId, id: string): Promise<void> {
    const found = await this.#collection.find(id);
    if (found?.content.user !== user)
      throw new StrongroomError('OIDC_LINK_MISSING', 'the user has no identity of that id');
    await this.#collection.remove(id);
  }
}

function idOf({ issuer, subject }: ForeignSubject): string {
  return toBase64Url(sha256(utf8Bytes(JSON.stringify([issuer, subject])))).slice(0, 32);
}

function shown(id: string, content: Content): ExternalIdentity {
  return { id, ...content, user: parsePrincipalId(content.user) };
}
