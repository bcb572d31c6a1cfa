import type { SecretBytes } from '../bytes/index.ts';

/** An access token is renewed this long before it ends, so that it does not end on its way. */
const RENEW_BEFORE_MS = 60_000;

/** What a log-in leaves a program with. */
export interface TokenPair {
  readonly accessToken: SecretBytes;
  /** Milliseconds since 1970, by the clock of this machine. */
  readonly accessExpiresAt: number;
  readonly refreshToken: SecretBytes;
}

/** Gives the token that goes with a request. */
export interface TokenSource {
  /** The token to use now; renews it first where it is about to end. Throws `AUTH_FAILED`, the `NETWORK_…` errors. */
  current(): Promise<SecretBytes>;
  /**
   * Called when the server refused a token that was thought good. Whether there is another one now, with which the
   * request may be sent once more.
   */
  refused(token: SecretBytes): Promise<boolean>;
}

/** A personal or service-account token: used as it is, as long as it is accepted. */
export function fixedToken(token: SecretBytes): TokenSource {
  return {
    current: () => Promise.resolve(token),
    refused: () => Promise.resolve(false),
  };
}

/** Asks somebody else for tokens, such as the platform that a workload runs on. */
export function suppliedToken(supply: () => Promise<SecretBytes>): TokenSource {
  return { current: supply, refused: () => Promise.resolve(true) };
}

export interface RenewedTokenOptions {
  readonly tokens: TokenPair;
  /**
   * Exchanges a refresh token, which works once. It also keeps the new pair where the next process looks; where another
   * process was faster, it answers with what that one got.
   */
  readonly renew: (before: TokenPair) => Promise<TokenPair>;
  readonly now: () => number;
}

/** Access tokens renewed with refresh tokens, by one exchange at a time however many calls wait for it. */
export function renewedToken({ tokens, renew, now }: RenewedTokenOptions): TokenSource {
  let pair = tokens;
  let running: Promise<void> | undefined;
  const renewOnce = (): Promise<void> => {
    running ??= renew(pair)
      .then((next) => void (pair = next))
      .finally(() => (running = undefined));
    return running;
  };
  return {
    async current() {
      if (pair.accessExpiresAt - now() < RENEW_BEFORE_MS) await renewOnce();
      return pair.accessToken;
    },
    async refused(token) {
      // Others may have renewed it since this request went out.
      if (pair.accessToken === token) await renewOnce();
      return true;
    },
  };
}
