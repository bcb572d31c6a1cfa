import * as oidc from 'openid-client';
import { utf8Text } from '../bytes/index.ts';
import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import type { DocumentFetch } from '../network/index.ts';
import { authFailed } from './auth-failed.ts';
import type { OidcProviderRules } from './oidc-provider.ts';

/** How long a discovery document counts. */
const DISCOVERY_MS = 3_600_000;
/** By how much clocks may differ. */
const CLOCK_SKEW_SECONDS = 30;
/** Oldest log-in at the provider's that is taken where it says its time. */
const TIMEOUT_SECONDS = 15;

/** What binds a log-in together; all of it derived from one secret that only its browser or program has. */
export interface OidcProof {
  readonly state: string;
  readonly nonce: string;
  /** PKCE (RFC 7636), always S256. */
  readonly verifier: string;
  readonly redirectUri: string;
}

/** What a verified ID token says. */
export interface OidcClaims {
  readonly iss: string;
  readonly sub: string;
  readonly [claim: string]: unknown;
}

/**
 * One OpenID provider as its client (OpenID Connect Core 1.0, authorization code flow). The library checks state, `iss`
 * of the answer (RFC 9207), nonce, issuer, audience and times; the signature is checked too, although the token comes
 * over TLS, under the one algorithm that the configuration names.
 */
export class OidcClient {
  readonly rules: OidcProviderRules;
  readonly #fetchDocument: DocumentFetch;
  #known: { readonly server: oidc.ServerMetadata; readonly untilMs: number } | undefined;

  constructor(rules: OidcProviderRules, fetchDocument: DocumentFetch) {
    this.rules = rules;
    this.#fetchDocument = fetchDocument;
  }

  /** Where to send the browser. Rejects with the `NETWORK_…` errors, `ISSUER_UNFIT`, and as the client's secret does. */
  async authorizationUrl({ state, nonce, verifier, redirectUri }: OidcProof): Promise<string> {
    const config = await this.#configuration();
    const { requiredAcr, scopes } = this.rules;
    return oidc.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: scopes,
      state,
      nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...(requiredAcr.length > 0 && { acr_values: requiredAcr.join(' ') }),
    }).href;
  }

  /**
   * The claims of whoever came back with these parameters. Throws `AUTH_FAILED` for an answer that is not the one to
   * this log-in; rejects as `authorizationUrl`.
   */
  async claimsOf(answer: URLSearchParams, proof: OidcProof): Promise<OidcClaims> {
    const config = await this.#configuration();
    // The address is ours, not what the browser says that it was: only its parameters count.
    const url = new URL(proof.redirectUri);
    url.search = answer.toString();
    try {
      const tokens = await oidc.authorizationCodeGrant(config, url, {
        expectedState: proof.state,
        expectedNonce: proof.nonce,
        pkceCodeVerifier: proof.verifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (claims === undefined) throw authFailed();
      return claims;
    } catch (error) {
      throw ours(error) ?? authFailed(error);
    }
  }

  async #configuration(): Promise<oidc.Configuration> {
    const { clientId, algorithm } = this.rules;
    const server = await this.#server();
    const config = new oidc.Configuration(
      server,
      clientId,
      { id_token_signed_response_alg: algorithm, [oidc.clockTolerance]: CLOCK_SKEW_SECONDS },
      await this.#clientAuth(),
    );
    this.#prepare(config);
    return config;
  }

  async #server(): Promise<oidc.ServerMetadata> {
    const nowMs = performance.now();
    if (this.#known !== undefined && nowMs < this.#known.untilMs) return this.#known.server;
    const { issuer, clientId } = this.rules;
    try {
      const found = await oidc.discovery(new URL(issuer), clientId, undefined, oidc.None(), {
        [oidc.customFetch]: this.#fetchDocument,
        timeout: TIMEOUT_SECONDS,
      });
      const server = found.serverMetadata();
      if (server.issuer !== issuer) throw unfit(issuer, 'calls itself by another name');
      if (!server.supportsPKCE('S256') && server.code_challenge_methods_supported !== undefined)
        throw unfit(issuer, 'does not do PKCE with S256');
      this.#known = { server: { ...server }, untilMs: nowMs + DISCOVERY_MS };
      return server;
    } catch (error) {
      throw ours(error) ?? unfit(issuer, 'has no discovery document that can be used', error);
    }
  }

  #prepare(config: oidc.Configuration): void {
    config[oidc.customFetch] = this.#fetchDocument;
    config.timeout = TIMEOUT_SECONDS;
    oidc.enableNonRepudiationChecks(config);
  }

  async #clientAuth(): Promise<oidc.ClientAuth> {
    using secret = await this.rules.clientSecret();
    if (secret === undefined) return oidc.None();
    // The library wants text; it lives as long as this one exchange.
    const text = utf8Text(secret.expose()) ?? '';
    return this.rules.clientAuth === 'client_secret_post'
      ? oidc.ClientSecretPost(text)
      : oidc.ClientSecretBasic(text);
  }
}

/** A failure of ours below one of the library's: the provider could not be asked. */
function ours(error: unknown): StrongroomError | undefined {
  for (let at = error; at instanceof Error; at = at.cause) if (isStrongroomError(at)) return at;
  return undefined;
}

function unfit(issuer: string, what: string, cause?: unknown): StrongroomError {
  return new StrongroomError(
    'ISSUER_UNFIT',
    `the provider ${issuer} ${what}`,
    cause === undefined ? {} : { cause },
  );
}
