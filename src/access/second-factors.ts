import { z } from 'zod';
import { RateTable } from '../abuse/index.ts';
import type { AuthenticationMethod, FactorWanted, PrincipalId } from '../api/index.ts';
import { SecretBytes, toBase64Url, utf8Bytes, utf8Text } from '../bytes/index.ts';
import { randomBytes } from '../crypto/index.ts';
import { authFailed } from './auth-failed.ts';
import type { DocumentDeps } from './document-collection.ts';
import type { Passkeys } from './passkeys.ts';
import type { RecoveryCodes } from './recovery-codes.ts';
import { type SingleUse, SingleUses } from './single-use.ts';
import { throttled } from './throttled.ts';
import type { TotpCodes } from './totp-codes.ts';
import type { CredentialBook } from './user-credentials.ts';

const CHALLENGE_SECONDS = 300;
const CHALLENGE_BYTES = 32;
/** Longest code that is looked at: recovery codes with their dashes have 19 characters. */
const MAX_CODE_BYTES = 64;
/** Codes that may be tried for one user: a guesser of six digits needs years. */
const CODE_RATE = { limit: 5, periodMs: 15 * 60_000, burst: 5 };
const MAX_BUCKETS = 20_000;

const challengeSchema = z.strictObject({ user: z.custom<PrincipalId>((id) => typeof id === 'string') });
type Challenge = z.infer<typeof challengeSchema>;

export interface SecondFactorsDeps extends DocumentDeps {
  readonly book: CredentialBook;
  readonly totp: TotpCodes;
  readonly recovery: RecoveryCodes;
  readonly passkeys: Passkeys;
  readonly now: () => Date;
}

/** What stands between a right password and a session, where the user has a second factor. */
export class SecondFactors {
  readonly #deps: SecondFactorsDeps;
  readonly #challenges: SingleUses<Challenge>;
  readonly #tries = new RateTable(CODE_RATE, MAX_BUCKETS);

  constructor(deps: SecondFactorsDeps) {
    this.#deps = deps;
    this.#challenges = new SingleUses(deps, {
      name: 'log-in-challenges',
      schema: challengeSchema,
      now: deps.now,
    });
  }

  /** What a user must give besides the password; `undefined` when that is enough. */
  async wantedOf(user: PrincipalId): Promise<FactorWanted | undefined> {
    const { totp, recoveryCodes } = await this.#deps.book.get(user);
    const passkeys = await this.#deps.passkeys.list(user);
    const factors: FactorWanted['factors'][number][] = [];
    if (totp !== undefined) factors.push('totp');
    if (passkeys.length > 0) factors.push('passkey');
    if (factors.length === 0) return undefined;
    if (recoveryCodes.length > 0) factors.push('recovery');
    const challenge = SecretBytes.take(utf8Bytes(toBase64Url(randomBytes(CHALLENGE_BYTES))));
    await this.#challenges.make(challenge, { user }, { seconds: CHALLENGE_SECONDS, owner: user });
    return { kind: 'factor-wanted', challenge, factors };
  }

  /** Whose challenge it is; it stays in force. Throws `AUTH_FAILED`. */
  async userOf(challenge: SecretBytes): Promise<PrincipalId> {
    return (await this.#find(challenge)).content.user;
  }

  /** Takes a code, and with it the challenge. Throws `AUTH_FAILED`, `AUTH_THROTTLED`. */
  async giveCode(
    challenge: SecretBytes,
    factor: 'totp' | 'recovery',
    code: SecretBytes,
  ): Promise<{ readonly user: PrincipalId; readonly methods: readonly AuthenticationMethod[] }> {
    const found = await this.#find(challenge);
    const { user } = found.content;
    await this.takeCode(user, factor, code);
    if (!(await this.#challenges.take(found))) throw authFailed();
    return { user, methods: ['pwd', factor === 'totp' ? 'otp' : 'recovery'] };
  }

  /** Takes a code of a user. Throws `AUTH_FAILED`, `AUTH_THROTTLED`. */
  async takeCode(user: PrincipalId, factor: 'totp' | 'recovery', code: SecretBytes): Promise<void> {
    const { isAllowed, retryAfterMs } = this.#tries.take(user, this.#deps.now().getTime());
    if (!isAllowed) throw throttled(retryAfterMs);
    if (factor === 'recovery') await this.#deps.recovery.take(user, code);
    else await this.#deps.totp.take(user, textOf(code));
    this.#tries.giveBack(user);
  }

  /** Forgets the challenges of a user. */
  async removeAll(user: string): Promise<void> {
    await this.#challenges.removeAll(user);
  }

  async #find(challenge: SecretBytes): Promise<SingleUse<Challenge>> {
    const found = await this.#challenges.find(challenge);
    if (found === undefined) throw authFailed();
    return found;
  }
}

function textOf(code: SecretBytes): string {
  return code.length <= MAX_CODE_BYTES ? (utf8Text(code.expose()) ?? '').replaceAll(/\s/g, '') : '';
}
