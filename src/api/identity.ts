import type { SecretBytes } from '../bytes/index.ts';
import type { Caller } from './caller.ts';
import type { VersionRef } from './names.ts';
import type { StrongroomApi } from './strongroom-api.ts';

/** Where an unproven request comes from. */
export interface Origin {
  readonly requestId: string;
  /** Without port. */
  readonly address: string;
  readonly client?: string;
  /** Token of a device that logged in as this user before; throttling treats it by itself. */
  readonly device?: string;
}

/** What a request brings to prove who it is from. */
export type Credential =
  /** Access token, personal token or service-account token of an `Authorization: Bearer` header. */
  | { readonly kind: 'bearer'; readonly token: SecretBytes }
  /** Value of the session cookie. */
  | { readonly kind: 'session'; readonly token: SecretBytes }
  /** SHA-256 (hex) of a client certificate that TLS verified, and the names in it. */
  | { readonly kind: 'certificate'; readonly sha256: string; readonly names: readonly string[] };

/** What a successful log-in hands out. */
export interface LoggedIn {
  readonly kind: 'logged-in';
  readonly principal: string;
  /** `at+jwt` (RFC 9068), at most ten minutes. */
  readonly accessToken: SecretBytes;
  readonly accessSeconds: number;
  /** Opaque, used once; absent for workloads. */
  readonly refreshToken?: SecretBytes;
  /** Session cookie, where `wants` was `cookie`. */
  readonly session?: { readonly token: SecretBytes; readonly seconds: number };
  /** To be kept as the known-device cookie or file. */
  readonly device?: string;
}

/** The password was right and a second factor is missing. */
export interface FactorWanted {
  readonly kind: 'factor-wanted';
  /** Goes back with the second factor within five minutes. */
  readonly challenge: SecretBytes;
  readonly factors: readonly ('totp' | 'passkey' | 'recovery')[];
}

export type LogInAnswer = LoggedIn | FactorWanted;

/** Tokens for a program, or a cookie session for a browser. */
export type Wants = 'tokens' | 'cookie';

/** An OpenID provider that people can log in with. */
export interface OidcProvider {
  readonly id: string;
  readonly name: string;
}

/**
 * Who is asking, and how they come to be known: what happens before there is a caller. Every refusal of a password, code
 * or token is `AUTH_FAILED`, the same for what does not exist; `AUTH_THROTTLED` (with `retryAfterSeconds`) when there were
 * too many; `AUTH_BUSY` when the hashing queue is full.
 */
export interface IdentityApi {
  /** Throws `AUTH_FAILED`; answers within what one look-up takes. */
  authenticate(credential: Credential, origin: Origin): Promise<Caller>;
  /** Makes the first administrator with the token that `serve` printed. Throws `AUTH_FAILED`, `BOOTSTRAP_OVER`. */
  bootstrap(
    input: { readonly token: SecretBytes; readonly name: string; readonly password: SecretBytes },
    origin: Origin,
  ): Promise<LoggedIn>;
  /** Sets the password that an invitation lets one set. Throws `PASSWORD_WEAK`. */
  acceptInvitation(
    input: { readonly token: SecretBytes; readonly password: SecretBytes; readonly wants: Wants },
    origin: Origin,
  ): Promise<LogInAnswer>;
  logIn(
    input: { readonly name: string; readonly password: SecretBytes; readonly wants: Wants },
    origin: Origin,
  ): Promise<LogInAnswer>;
  /** Finishes a log-in with a second factor. */
  giveFactor(
    input: {
      readonly challenge: SecretBytes;
      readonly factor: 'totp' | 'recovery';
      readonly code: SecretBytes;
      readonly wants: Wants;
    },
    origin: Origin,
  ): Promise<LoggedIn>;
  /** WebAuthn request options (JSON form); with a challenge of `logIn` as its second factor, else as the only one. */
  beginPasskey(
    input: { readonly challenge?: SecretBytes },
    origin: Origin,
  ): Promise<{
    readonly id: string;
    readonly options: unknown;
  }>;
  /** The browser's answer (AuthenticationResponseJSON). */
  finishPasskey(
    input: { readonly id: string; readonly response: unknown; readonly wants: Wants },
    origin: Origin,
  ): Promise<LoggedIn>;
  /** A new access token and refresh token for an old one; a token used twice ends the whole family (RFC 9700 §4.14). */
  refresh(input: { readonly refreshToken: SecretBytes }, origin: Origin): Promise<LoggedIn>;
  /** Ends the session behind a credential. */
  logOut(caller: Caller): Promise<void>;
  /** An access token for a token of another identity provider (RFC 8693). */
  exchangeWorkloadToken(
    input: { readonly token: SecretBytes /** Where several rules may fit. */; readonly rule?: string },
    origin: Origin,
  ): Promise<LoggedIn>;
  oidcProviders(): Promise<readonly OidcProvider[]>;
  /**
   * The address to send the browser to, and what to keep secret until it comes back: in a cookie, or in the memory of a
   * program. `redirectUri` is this server's own callback, or of a program its address on the loopback interface
   * (RFC 8252 §7.3). Throws `OIDC_PROVIDER_MISSING`, `INPUT_INVALID`.
   */
  beginOidc(
    input: { readonly provider: string; readonly redirectUri: string },
    origin: Origin,
  ): Promise<{ readonly url: string; readonly state: SecretBytes }>;
  /**
   * Where to send a browser that came back to this server's callback for a log-in that a program began: on to the
   * program, with what it brought. Throws `AUTH_FAILED` for every other log-in.
   */
  forwardOidc(input: { readonly callbackUrl: string }, origin: Origin): Promise<{ readonly url: string }>;
  /**
   * Finishes a log-in with the address that the browser came back to, in the browser or in the program that began it;
   * once, and within ten minutes. Throws `AUTH_FAILED`, `OIDC_NOT_LINKED`, `OIDC_FACTOR_WANTED`, and the `NETWORK_…`
   * errors where the provider cannot be asked.
   */
  finishOidc(
    input: { readonly state: SecretBytes; readonly callbackUrl: string; readonly wants: Wants },
    origin: Origin,
  ): Promise<LoggedIn>;
  /** Public keys of the access tokens: next, current and previous (RFC 7517). */
  jwks(): Promise<{ readonly keys: readonly Readonly<Record<string, string>>[] }>;
}

/** A verb of predictions whose request has a body, and the model that it is about. */
export type PredictionAct =
  | { readonly verb: 'infer' | 'load' | 'unload'; readonly ref: VersionRef }
  | { readonly verb: 'index' };

/** What the server serves. */
export interface ServedStrongroom {
  readonly identity: IdentityApi;
  /** The strongroom as one caller may use it. */
  apiFor(caller: Caller): StrongroomApi;
  /**
   * Whether the caller may do this with predictions at all, before anything of the body that comes with it is read. Throws
   * `ACCESS_DENIED`, `MODEL_MISSING` for what they do not see, `LOCKED_DOWN`; what counts is decided when it is done.
   */
  assertMayAsk(caller: Caller, asked: PredictionAct): Promise<void>;
  /** Whether it can serve now: catalogue, keys, disk. Throws what is wrong. */
  ready(): Promise<void>;
}
