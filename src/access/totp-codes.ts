import { Secret, TOTP } from 'otpauth';
import { SecretBytes, utf8Bytes } from '../bytes/index.ts';
import { randomBytes } from '../crypto/index.ts';
import { authFailed } from './auth-failed.ts';
import type { SecretBox } from './secret-box.ts';
import type { CredentialBook } from './user-credentials.ts';

/** What authenticator apps agree on (RFC 6238): SHA-1, six digits, thirty seconds. */
const PERIOD_SECONDS = 30;
const SECRET_BYTES = 20;
/** Steps before and after the present one that are taken, for clocks that differ. */
const WINDOW = 1;
const CODE = /^\d{6}$/;
/** How long a new secret waits for its first code. */
const PENDING_MS = 15 * 60_000;

export interface TotpCodesDeps {
  readonly book: CredentialBook;
  readonly box: SecretBox;
  readonly now: () => Date;
  /** Name of this strongroom in the app. */
  readonly issuer: string;
}

/** Codes of an authenticator app as a second factor. The secret is sealed; a code counts once. */
export class TotpCodes {
  readonly #deps: TotpCodesDeps;

  constructor(deps: TotpCodesDeps) {
    this.#deps = deps;
  }

  /** A new secret as `otpauth:` URI; the one before stays until a code of the new one comes. */
  async begin(user: string, label: string): Promise<SecretBytes> {
    const secret = randomBytes(SECRET_BYTES);
    const sealed = this.#deps.box.seal(secret, aadOf(user));
    const expiresAt = new Date(this.#deps.now().getTime() + PENDING_MS).toISOString();
    await this.#deps.book.update(user, (all) => ({ ...all, pendingTotp: { sealed, expiresAt } }));
    const uri = this.#totp(secret, label).toString();
    secret.fill(0);
    return SecretBytes.take(utf8Bytes(uri));
  }

  /** Makes the new secret the one that counts. The recovery codes replace those before. Throws `AUTH_FAILED`. */
  async confirm(user: string, code: string, recoveryCodes: readonly string[]): Promise<void> {
    await this.#deps.book.update(user, (all) => {
      const { pendingTotp, ...rest } = all;
      if (pendingTotp === undefined || Date.parse(pendingTotp.expiresAt) <= this.#deps.now().getTime())
        throw authFailed();
      const step = this.#stepOf(user, pendingTotp.sealed, code);
      if (step === undefined) throw authFailed();
      return {
        ...rest,
        totp: { sealed: pendingTotp.sealed, lastStep: step },
        recoveryCodes: [...recoveryCodes],
      };
    });
  }

  /** Forgets the secret, and the recovery codes with it. */
  async remove(user: string): Promise<void> {
    await this.#deps.book.update(user, ({ totp: _totp, pendingTotp: _pending, ...rest }) => ({
      ...rest,
      recoveryCodes: [],
    }));
  }

  /** Takes a code, once. Throws `AUTH_FAILED`. */
  async take(user: string, code: string): Promise<void> {
    await this.#deps.book.update(user, (all) => {
      const step = all.totp && this.#stepOf(user, all.totp.sealed, code);
      if (all.totp === undefined || step === undefined || step <= all.totp.lastStep) throw authFailed();
      return { ...all, totp: { ...all.totp, lastStep: step } };
    });
  }

  /** The time step that a code belongs to, within the window. */
  #stepOf(user: string, sealed: string, code: string): number | undefined {
    if (!CODE.test(code)) return undefined;
    const timestamp = this.#deps.now().getTime();
    using secret = this.#deps.box.open(sealed, aadOf(user));
    const delta = this.#totp(secret.expose(), user).validate({ token: code, timestamp, window: WINDOW });
    return delta === null ? undefined : Math.floor(timestamp / 1000 / PERIOD_SECONDS) + delta;
  }

  #totp(secret: Uint8Array, label: string): TOTP {
    return new TOTP({
      issuer: this.#deps.issuer,
      label,
      algorithm: 'SHA1',
      digits: 6,
      period: PERIOD_SECONDS,
      secret: new Secret({ buffer: Uint8Array.from(secret).buffer }),
    });
  }
}

function aadOf(user: string): Uint8Array {
  return utf8Bytes(`totp of ${user}`);
}
