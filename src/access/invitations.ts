import { z } from 'zod';
import type { Invitation, PrincipalId } from '../api/index.ts';
import type { SecretBytes } from '../bytes/index.ts';
import type { Access } from './access.ts';
import { authFailed } from './auth-failed.ts';
import type { DocumentDeps } from './document-collection.ts';
import type { Passkeys } from './passkeys.ts';
import type { PasswordHasher } from './password-hasher.ts';
import { acceptPassword, type PasswordPolicy } from './password-policy.ts';
import type { Sessions } from './sessions.ts';
import { SingleUses } from './single-use.ts';
import { kindOfToken, mintToken } from './token-text.ts';
import type { CredentialBook } from './user-credentials.ts';

const invitationSchema = z.strictObject({
  user: z.custom<PrincipalId>((id) => typeof id === 'string'),
  removesFactors: z.boolean(),
});

export interface InvitationsDeps extends DocumentDeps {
  readonly access: Pick<Access, 'findPrincipal' | 'principals'>;
  readonly book: CredentialBook;
  readonly passkeys: Passkeys;
  readonly sessions: Sessions;
  readonly hasher: PasswordHasher;
  readonly policy: PasswordPolicy;
  readonly validSeconds: number;
  readonly now: () => Date;
}

/** Links by which users choose a password: the first one, or a new one. Each is good once. */
export class Invitations {
  readonly #deps: InvitationsDeps;
  readonly #invitations: SingleUses<z.infer<typeof invitationSchema>>;

  constructor(deps: InvitationsDeps) {
    this.#deps = deps;
    this.#invitations = new SingleUses(deps, {
      name: 'invitations',
      schema: invitationSchema,
      now: deps.now,
    });
  }

  /** A new one; those before are worthless from then on. */
  async issue(user: PrincipalId, options: { readonly removesFactors?: boolean } = {}): Promise<Invitation> {
    await this.#invitations.removeAll(user);
    const token = mintToken('invitation');
    const content = { user, removesFactors: options.removesFactors === true };
    const expiresAt = await this.#invitations.make(token, content, {
      seconds: this.#deps.validSeconds,
      owner: user,
    });
    return { token, expiresAt };
  }

  /** Makes all of a user worthless. */
  async withdraw(user: PrincipalId): Promise<void> {
    await this.#invitations.removeAll(user);
  }

  /**
   * Sets the password, ends the sessions that there were, and answers with whose it is. Throws `AUTH_FAILED`,
   * `PASSWORD_WEAK` (the invitation stays good), `AUTH_BUSY`.
   */
  async accept(token: SecretBytes, typed: SecretBytes): Promise<PrincipalId> {
    const found = kindOfToken(token) === 'invitation' ? await this.#invitations.find(token) : undefined;
    if (found === undefined) throw authFailed();
    const { user, removesFactors } = found.content;
    const principal = await this.#deps.access.findPrincipal(user);
    if (principal === undefined || principal.state === 'disabled') throw authFailed();
    const password = await this.#deps.hasher.hash(
      user,
      await acceptPassword(typed, principal, this.#deps.policy),
    );
    if (!(await this.#invitations.take(found))) throw authFailed();
    if (removesFactors) await this.#deps.passkeys.removeAll(user);
    await this.#deps.book.update(user, ({ totp, pendingTotp, recoveryCodes, ...rest }) => {
      const factors = { ...(totp && { totp }), ...(pendingTotp && { pendingTotp }), recoveryCodes };
      return { ...rest, ...(removesFactors ? { recoveryCodes: [] } : factors), password };
    });
    await this.#deps.sessions.endAll(user);
    if (principal.state === 'invited') await this.#deps.access.principals.setState(user, 'active');
    return user;
  }
}
