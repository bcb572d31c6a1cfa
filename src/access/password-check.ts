import { type Origin, type PrincipalId, parsePrincipalId } from '../api/index.ts';
import { Passphrase, type SecretBytes } from '../bytes/index.ts';
import { isStrongroomError } from '../errors/index.ts';
import type { Access } from './access.ts';
import { authFailed } from './auth-failed.ts';
import type { CountedAttempt, LogInThrottle } from './log-in-throttle.ts';
import type { PasswordHasher, PasswordRecord } from './password-hasher.ts';
import { typedPassword } from './password-policy.ts';
import type { CredentialBook } from './user-credentials.ts';

/** Names beyond it are cut before they are counted; none of ours is as long. */
const MAX_ACCOUNT_CHARS = 100;

export interface PasswordCheckDeps {
  readonly access: Pick<Access, 'findPrincipal'>;
  readonly book: CredentialBook;
  readonly hasher: PasswordHasher;
  readonly throttle: LogInThrottle;
}

/** Tells whether a name and a password belong together, without telling whether there is such a name. */
export class PasswordCheck {
  readonly #deps: PasswordCheckDeps;

  constructor(deps: PasswordCheckDeps) {
    this.#deps = deps;
  }

  /**
   * The user. Throws `AUTH_FAILED` after the same work for a wrong password, for who is unknown, disabled, invited or
   * has no password; `AUTH_THROTTLED` and `AUTH_BUSY` before any work.
   */
  async check(name: string, typed: SecretBytes, origin: Origin): Promise<PrincipalId> {
    const account = name.slice(0, MAX_ACCOUNT_CHARS);
    const attempt = this.#deps.throttle.enter(account, origin);
    const id = userIdOf(account);
    const [principal, { password: record }] = await Promise.all([
      this.#deps.access.findPrincipal(id),
      this.#deps.book.get(id),
    ]);
    const password = typedPassword(typed);
    const isPossible = principal?.state === 'active' && password !== undefined;
    const isRight = await this.#verify(attempt, {
      id,
      password: password ?? Passphrase.fromText('no password'),
      record: isPossible ? record : undefined,
    });
    if (!isRight || principal === undefined || password === undefined) throw authFailed();
    attempt.succeeded();
    if (record !== undefined && this.#deps.hasher.isOutdated(record))
      await this.#renew(principal.id, password, record);
    return principal.id;
  }

  async #verify(attempt: CountedAttempt, { id, password, record }: Verification): Promise<boolean> {
    try {
      return await this.#deps.hasher.verify(id, password, record);
    } catch (error) {
      if (isStrongroomError(error, 'AUTH_BUSY')) attempt.giveBack();
      throw error;
    }
  }

  /** Hashes anew under today's costs; where there is no room for that now, another log-in will do it. */
  async #renew(user: PrincipalId, password: Passphrase, old: PasswordRecord): Promise<void> {
    try {
      const record = await this.#deps.hasher.hash(user, password);
      // Not where the password was changed meanwhile.
      await this.#deps.book.update(user, (all) =>
        all.password?.hash === old.hash ? { ...all, password: record } : undefined,
      );
    } catch (error) {
      if (!isStrongroomError(error, 'AUTH_BUSY')) throw error;
    }
  }
}

interface Verification {
  readonly id: string;
  readonly password: Passphrase;
  readonly record: PasswordRecord | undefined;
}

/** The id that a typed name would have; of a name that cannot be one, an id that nobody has. */
function userIdOf(name: string): string {
  try {
    return parsePrincipalId(`user:${name}`);
  } catch (error) {
    if (isStrongroomError(error, 'NAME_INVALID')) return 'user:?';
    throw error;
  }
}
