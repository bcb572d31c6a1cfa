import { z } from 'zod';
import { isStrongroomError } from '../errors/index.ts';
import { DocumentCollection, type DocumentDeps } from './document-collection.ts';

const credentialsSchema = z.strictObject({
  password: z.strictObject({ kdf: z.string(), hash: z.string() }).optional(),
  totp: z.strictObject({ sealed: z.string(), lastStep: z.int() }).optional(),
  /** A secret that no code confirmed yet. */
  pendingTotp: z.strictObject({ sealed: z.string(), expiresAt: z.string() }).optional(),
  /** MACs of the recovery codes that are left. */
  recoveryCodes: z.array(z.string()).max(10),
  lastLogInAt: z.string().optional(),
});

/** What a user proves with who they are; passkeys are documents of their own. */
export type UserCredentials = z.infer<typeof credentialsSchema>;

const NONE: UserCredentials = { recoveryCodes: [] };

/** The credentials of users, by the id of the user. */
export class CredentialBook {
  readonly #collection: DocumentCollection<UserCredentials>;

  constructor(deps: DocumentDeps) {
    this.#collection = new DocumentCollection(deps, { name: 'user-credentials', schema: credentialsSchema });
  }

  /** Those of a user; empty ones where there are none. */
  async get(user: string): Promise<UserCredentials> {
    return (await this.#collection.find(user))?.content ?? NONE;
  }

  /**
   * Changes them; `change` may run more than once, and what it throws changes nothing. It answers `undefined` to leave
   * them as they are.
   */
  async update(
    user: string,
    change: (credentials: UserCredentials) => UserCredentials | undefined,
  ): Promise<UserCredentials> {
    for (;;) {
      const updated = await this.#collection.update(user, change);
      if (updated !== undefined) return updated.content;
      const first = change(NONE);
      if (first === undefined) return NONE;
      try {
        await this.#collection.insert(user, first);
        return first;
      } catch (error) {
        // Somebody else made the first one: change that.
        if (!isStrongroomError(error, 'STORAGE_CONFLICT')) throw error;
      }
    }
  }
}
