import { type FactorWanted, type OidcProvider, ROUTES } from '../api/index.ts';
import type { SecretBytes } from '../bytes/index.ts';
import type { TokenPair } from './access-tokens.ts';
import { askOnce } from './calls.ts';
import { unexpectedAnswer, type Wire } from './wire.ts';

/** What a log-in gives a program. */
export interface LogInTokens extends TokenPair {
  readonly kind: 'logged-in';
  /** `user:ada`. */
  readonly principal: string;
  /** Known-device token, to be given at the next log-in. */
  readonly device?: string;
}

/** How somebody comes to be known to a server. Every refusal is `AUTH_FAILED`; `AUTH_THROTTLED` after too many. */
export interface RemoteIdentity {
  /** Makes the first administrator, with the token that `strongroom serve` printed. */
  bootstrap(input: {
    readonly token: SecretBytes;
    readonly name: string;
    readonly password: SecretBytes;
  }): Promise<LogInTokens>;
  /** Throws `PASSWORD_WEAK`. */
  acceptInvitation(input: {
    readonly token: SecretBytes;
    readonly password: SecretBytes;
  }): Promise<LogInTokens | FactorWanted>;
  logIn(input: {
    readonly name: string;
    readonly password: SecretBytes;
  }): Promise<LogInTokens | FactorWanted>;
  giveFactor(input: {
    readonly challenge: SecretBytes;
    readonly factor: 'totp' | 'recovery';
    readonly code: SecretBytes;
  }): Promise<LogInTokens>;
  /** A refresh token works once; used twice it ends the session. */
  refresh(input: { readonly refreshToken: SecretBytes }): Promise<LogInTokens>;
  /** An access token for a token of another identity provider. */
  exchangeWorkloadToken(input: { readonly token: SecretBytes }): Promise<{
    readonly principal: string;
    readonly accessToken: SecretBytes;
    /** Milliseconds since 1970. */
    readonly accessExpiresAt: number;
  }>;
  oidcProviders(): Promise<readonly OidcProvider[]>;
  /** The address to send a browser to, and what goes back with `finishOidc`. */
  beginOidc(input: { readonly provider: string; readonly redirectUri: string }): Promise<{
    readonly url: string;
    readonly state: SecretBytes;
  }>;
  finishOidc(input: { readonly state: SecretBytes; readonly callbackUrl: string }): Promise<LogInTokens>;
}

const ROWS = ROUTES.identity;
const WANTS = { wants: 'tokens' } as const;

/** The IdentityApi of a server for programs. */
export function createRemoteIdentity(wire: Wire): RemoteIdentity {
  return {
    bootstrap: async (input) => tokensOf(await askOnce(wire, ROWS.bootstrap, input)),
    acceptInvitation: async (input) =>
      tokensOrFactor(await askOnce(wire, ROWS.acceptInvitation, { ...input, ...WANTS })),
    logIn: async (input) => tokensOrFactor(await askOnce(wire, ROWS.logIn, { ...input, ...WANTS })),
    giveFactor: async (input) => tokensOf(await askOnce(wire, ROWS.giveFactor, { ...input, ...WANTS })),
    refresh: async (input) => tokensOf(await askOnce(wire, ROWS.refresh, input)),
    exchangeWorkloadToken: async (input) => {
      const { principal, accessToken, accessSeconds } = await askOnce(
        wire,
        ROWS.exchangeWorkloadToken,
        input,
      );
      if (accessToken === undefined) throw unexpectedAnswer('a log-in without an access token');
      return { principal, accessToken, accessExpiresAt: endOf(accessSeconds) };
    },
    oidcProviders: () => askOnce(wire, ROWS.oidcProviders, {}),
    beginOidc: (input) => askOnce(wire, ROWS.beginOidc, input),
    finishOidc: async (input) => tokensOf(await askOnce(wire, ROWS.finishOidc, { ...input, ...WANTS })),
  };
}

type Answer = ReturnType<(typeof ROWS.logIn)['decode']>;
type LoggedIn = Extract<Answer, { readonly kind: 'logged-in' }>;

function tokensOrFactor(answer: Answer): LogInTokens | FactorWanted {
  return answer.kind === 'factor-wanted' ? answer : tokensOf(answer);
}

function tokensOf({ principal, accessToken, accessSeconds, refreshToken, device }: LoggedIn): LogInTokens {
  if (accessToken === undefined || refreshToken === undefined) {
    throw unexpectedAnswer('a log-in of a program without tokens');
  }
  return {
    kind: 'logged-in',
    principal,
    accessToken,
    accessExpiresAt: endOf(accessSeconds),
    refreshToken,
    ...(device !== undefined && { device }),
  };
}

function endOf(seconds: number): number {
  return Date.now() + seconds * 1000;
}
