import { z } from 'zod';
import { type PrincipalId, principalId } from '../api/index.ts';
import type { SecretBytes } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { Access } from './access.ts';
import { authFailed } from './auth-failed.ts';
import { ADMIN } from './built-in-roles.ts';
import type { DocumentDeps } from './document-collection.ts';
import type { PasswordHasher } from './password-hasher.ts';
import { acceptPassword, type PasswordPolicy } from './password-policy.ts';
import { SingleUses } from './single-use.ts';
import { kindOfToken, mintToken } from './token-text.ts';
import type { CredentialBook } from './user-credentials.ts';

const BOOTSTRAP_SECONDS = 86_400;
const OWNER = 'bootstrap';

export interface BootstrapDeps extends DocumentDeps {
  readonly access: Access;
  readonly book: CredentialBook;
  readonly hasher: PasswordHasher;
  readonly policy: PasswordPolicy;
  readonly now: () => Date;
}

/** How a strongroom gets its first administrator: by a token that only whoever started it has seen. */
export class Bootstrap {
  readonly #deps: BootstrapDeps;
  readonly #tokens: SingleUses<Record<string, never>>;

  constructor(deps: BootstrapDeps) {
    this.#deps = deps;
    this.#tokens = new SingleUses(deps, {
      name: 'bootstrap-tokens',
      schema: z.strictObject({}),
      now: deps.now,
    });
  }

  /** A new token, good for a day; the one before is worthless. `undefined` while there is an administrator. */
  async issue(): Promise<SecretBytes | undefined> {
    if (await this.#isOver()) return undefined;
    await this.#tokens.removeAll(OWNER);
    const token = mintToken('bootstrap');
    await this.#tokens.make(token, {}, { seconds: BOOTSTRAP_SECONDS, owner: OWNER });
    return token;
  }

  /** Makes the first administrator. Throws `BOOTSTRAP_OVER`, `AUTH_FAILED`, `PASSWORD_WEAK`, `NAME_INVALID`, `USER_EXISTS`. */
  async makeAdministrator(input: {
    readonly token: SecretBytes;
    readonly name: string;
    readonly password: SecretBytes;
  }): Promise<PrincipalId> {
    const { access, book, hasher, policy } = this.#deps;
    if (await this.#isOver()) throw over();
    const found = kindOfToken(input.token) === 'bootstrap' ? await this.#tokens.find(input.token) : undefined;
    if (found === undefined) throw authFailed();
    const id = principalId('user', input.name);
    const password = await hasher.hash(
      id,
      await acceptPassword(input.password, { name: input.name }, policy),
    );
    await access.change(async () => {
      if (await this.#isOver()) throw over();
      // Looked at before the token is taken: a name that is taken must not cost it.
      if ((await access.principals.find(id)) !== undefined)
        throw new StrongroomError('USER_EXISTS', `there is or was a user ${input.name}`);
      if (!(await this.#tokens.take(found))) throw authFailed();
      await access.principals.create({
        type: 'user',
        name: input.name,
        state: 'active',
        createdBy: OWNER,
      });
      await book.update(id, (all) => ({ ...all, password }));
      await access.grants.put({ principal: id, role: ADMIN, on: 'everything', createdBy: OWNER });
    });
    return id;
  }

  async #isOver(): Promise<boolean> {
    return (await this.#deps.access.administrators()).length > 0;
  }
}

function over(): StrongroomError {
  return new StrongroomError('BOOTSTRAP_OVER', 'there is an administrator already');
}
