import { z } from 'zod';
import type { SecretBytes } from '../bytes/index.ts';
import { toBase64Url } from '../bytes/index.ts';
import { equalBytes, randomId } from '../crypto/index.ts';
import { isStrongroomError } from '../errors/index.ts';
import { authFailed } from './auth-failed.ts';
import { DocumentCollection, type DocumentDeps, type StoredDocument } from './document-collection.ts';
import type { Sessions, StoredSession } from './sessions.ts';
import { deriveToken, kindOfToken, mintToken } from './token-text.ts';

/** How long a token that was just used may be shown again by the same device, whose answer got lost. */
const RETRY_MS = 10_000;
const MAC_LABEL = 'refresh token';

const refreshSchema = z.strictObject({
  session: z.string(),
  mac: z.string(),
  expiresAt: z.string(),
  usedAt: z.string().optional(),
});
type RefreshContent = z.infer<typeof refreshSchema>;
type StoredRefresh = StoredDocument<RefreshContent>;

export interface RefreshTokensDeps extends DocumentDeps {
  readonly sessions: Sessions;
  /** A key that the successors of tokens are derived under; to be wiped after use. */
  readonly successorKey: () => SecretBytes;
  readonly now: () => Date;
  /** Told when a token was used twice: somebody has it who should not. */
  readonly onReuse: (session: StoredSession) => Promise<void>;
}

/**
 * Refresh tokens, each used once (RFC 9700 §4.14.2). A session is the family of its tokens: a token that is used twice
 * ends it, because one of the two who have it is a thief. One exception, so that a lost answer does not log anybody
 * out: within ten seconds the device that logged in may show the token again, while its successor is unused, and gets
 * the same successor. The successor follows from the token by a key that only we have, so nothing secret is kept for
 * that.
 */
export class RefreshTokens {
  readonly #deps: RefreshTokensDeps;
  readonly #collection: DocumentCollection<RefreshContent>;

  constructor(deps: RefreshTokensDeps) {
    this.#deps = deps;
    this.#collection = new DocumentCollection(deps, {
      name: 'refresh-tokens',
      schema: refreshSchema,
      index: ({ session, mac, expiresAt }) => ({ owner: session, lookup: mac, expiresAt }),
    });
  }

  /** The first token of a session. */
  async begin(session: StoredSession): Promise<SecretBytes> {
    const token = mintToken('refresh');
    await this.#keep(token, session);
    return token;
  }

  /** The next token, and the session it stands for. Throws `AUTH_FAILED`. */
  async use(
    token: SecretBytes,
    device: string | undefined,
  ): Promise<{ readonly session: StoredSession; readonly next: SecretBytes }> {
    if (kindOfToken(token) !== 'refresh') throw authFailed();
    const read = await this.#collection.findByLookup(this.#macOf(token));
    const session = read && (await this.#deps.sessions.find(read.content.session));
    if (read === undefined || session === undefined) throw authFailed();
    const next = this.#successorOf(token);
    const isFirst = await this.#markUsed(read);
    if (!isFirst && !(await this.#isRetry(read, { session, device, next }))) {
      await this.#deps.sessions.end(session.id);
      await this.#deps.onReuse(session);
      throw authFailed();
    }
    await this.#keep(next, session);
    return { session, next };
  }

  /** Whether this call was the first; exactly one of all that try at once is. */
  async #markUsed(read: StoredRefresh): Promise<boolean> {
    if (read.content.usedAt !== undefined) return false;
    try {
      await this.#collection.replace(read, {
        ...read.content,
        usedAt: this.#deps.now().toISOString(),
      });
      return true;
    } catch (error) {
      if (isStrongroomError(error, 'STORAGE_CONFLICT')) return false;
      throw error;
    }
  }

  async #isRetry(read: StoredRefresh, attempt: Attempt): Promise<boolean> {
    if (!this.#isSameDevice(attempt)) return false;
    const used = await this.#collection.find(read.id);
    const usedAt = used?.content.usedAt;
    if (usedAt === undefined || this.#deps.now().getTime() - Date.parse(usedAt) > RETRY_MS) return false;
    const successor = await this.#collection.findByLookup(this.#macOf(attempt.next));
    return successor?.content.usedAt === undefined;
  }

  #isSameDevice({ session, device }: Attempt): boolean {
    const expected = session.content.device;
    if (expected === undefined || device === undefined) return false;
    return equalBytes(Buffer.from(expected), Buffer.from(this.#deps.sessions.deviceMac(device)));
  }

  async #keep(token: SecretBytes, session: StoredSession): Promise<void> {
    const { expiresAt } = session.content;
    try {
      await this.#collection.insert(randomId(), { session: session.id, mac: this.#macOf(token), expiresAt });
    } catch (error) {
      // It is there already: the same successor was handed out to another try.
      if (!isStrongroomError(error, 'STORAGE_CONFLICT')) throw error;
    }
  }

  #successorOf(token: SecretBytes): SecretBytes {
    using key = this.#deps.successorKey();
    return deriveToken('refresh', key, token.expose());
  }

  #macOf(token: SecretBytes): string {
    return toBase64Url(this.#deps.seal.mac(MAC_LABEL, token.expose()));
  }
}

interface Attempt {
  readonly session: StoredSession;
  readonly device: string | undefined;
  readonly next: SecretBytes;
}
