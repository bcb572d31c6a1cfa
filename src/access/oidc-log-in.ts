import { z } from 'zod';
import type { IdentityApi, LoggedIn, OidcProvider, Origin } from '../api/index.ts';
import { SecretBytes, toBase64Url, utf8Bytes } from '../bytes/index.ts';
import { randomBytes } from '../crypto/index.ts';
import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import { authFailed } from './auth-failed.ts';
import { DocumentCollection, type DocumentDeps, type StoredDocument } from './document-collection.ts';
import type { LogInSessions } from './log-in-sessions.ts';
import type { LogInThrottle } from './log-in-throttle.ts';
import type { OidcArrivals } from './oidc-arrivals.ts';
import type { OidcClient, OidcProof } from './oidc-client.ts';

/** How long somebody may take at the provider's. */
const VALID_SECONDS = 600;
const SECRET_BYTES = 32;
const MAX_CALLBACK_CHARS = 16 * 1024;
/** Where a program may wait for its browser (RFC 8252 §7.3): addresses, not names, which others may answer to. */
const LOOPBACK = /^http:\/\/(?:127\.0\.0\.1|\[::1\]):[1-9]\d{0,4}\/[A-Za-z0-9/_-]{0,64}$/;

const pendingSchema = z.strictObject({
  provider: z.string(),
  /** Of a program; absent: the browser itself finishes. */
  forwardTo: z.string().optional(),
  expiresAt: z.string(),
  isTaken: z.boolean(),
});
type Pending = z.infer<typeof pendingSchema>;

export interface OidcLogInDeps extends DocumentDeps {
  readonly clients: readonly OidcClient[];
  readonly arrivals: OidcArrivals;
  readonly logIns: Pick<LogInSessions, 'begin'>;
  readonly throttle: Pick<LogInThrottle, 'enterUnnamed'>;
  /** The address that every provider sends browsers back to. */
  readonly callbackUrl: string;
  readonly now: () => Date;
}

/**
 * Log-in with an OpenID provider. One secret binds it: it stays in a cookie of the browser or in the memory of the
 * program that began, and `state`, nonce and PKCE verifier are derived from it and the keyring. So nothing that is kept
 * here, and nothing that stands in an address, lets anybody else finish.
 */
export class OidcLogIn {
  readonly #deps: OidcLogInDeps;
  readonly #pending: DocumentCollection<Pending>;

  constructor(deps: OidcLogInDeps) {
    this.#deps = deps;
    this.#pending = new DocumentCollection<Pending>(deps, {
      name: 'oidc-log-ins',
      schema: pendingSchema,
      index: ({ expiresAt }) => ({ expiresAt }),
    });
  }

  providers(): readonly OidcProvider[] {
    return this.#deps.clients.map(({ rules: { id, name } }) => ({ id, name }));
  }

  async begin(
    { provider, redirectUri }: BeginInput,
    origin: Origin,
  ): Promise<{ url: string; state: SecretBytes }> {
    const client = this.#clientOf(provider);
    const isOwn = redirectUri === this.#deps.callbackUrl;
    if (!isOwn && !LOOPBACK.test(redirectUri))
      throw new StrongroomError(
        'INPUT_INVALID',
        `a browser comes back to ${this.#deps.callbackUrl}, or to a program on this machine`,
        {
          hint: 'set access.url to the address that people reach the server by',
        },
      );
    this.#deps.throttle.enterUnnamed(origin)();
    // As text, so that it fits into a cookie and into JSON.
    const secret = SecretBytes.take(utf8Bytes(toBase64Url(randomBytes(SECRET_BYTES))));
    const proof = this.#proofOf(secret);
    const url = await client.authorizationUrl(proof);
    await this.#pending.insert(proof.state, {
      provider,
      ...(isOwn ? {} : { forwardTo: redirectUri }),
      expiresAt: new Date(this.#deps.now().getTime() + VALID_SECONDS * 1000).toISOString(),
      isTaken: false,
    });
    return { url, state: secret };
  }

  async forward({ callbackUrl }: { readonly callbackUrl: string }): Promise<{ readonly url: string }> {
    const answer = answerIn(callbackUrl);
    const pending = await this.#inForce(answer.get('state') ?? '');
    const { forwardTo } = pending.content;
    if (forwardTo === undefined) throw authFailed();
    const url = new URL(forwardTo);
    url.search = answer.toString();
    return { url: url.href };
  }

  async finish({ state, callbackUrl, wants }: FinishInput, origin: Origin): Promise<LoggedIn> {
    const succeeded = this.#deps.throttle.enterUnnamed(origin);
    const answer = answerIn(callbackUrl);
    const proof = this.#proofOf(state);
    const pending = await this.#inForce(proof.state);
    await this.#take(pending);
    const client = this.#clientOf(pending.content.provider);
    const claims = await client.claimsOf(answer, proof);
    const user = await this.#deps.arrivals.receive(client.rules, claims);
    succeeded();
    return await this.#deps.logIns.begin({ user, methods: ['oidc'], wants }, origin);
  }

  #clientOf(provider: string): OidcClient {
    const client = this.#deps.clients.find(({ rules }) => rules.id === provider);
    if (client !== undefined) return client;
    throw new StrongroomError('OIDC_PROVIDER_MISSING', 'there is no such provider');
  }

  async #inForce(state: string): Promise<StoredDocument<Pending>> {
    const found = state.length > 0 && state.length <= 64 ? await this.#pending.find(state) : undefined;
    const isInForce =
      found !== undefined &&
      !found.content.isTaken &&
      Date.parse(found.content.expiresAt) > this.#deps.now().getTime();
    if (!isInForce) throw authFailed();
    return found;
  }

  /** Before the provider is asked: of all who try with the same answer, one goes on. */
  async #take(pending: StoredDocument<Pending>): Promise<void> {
    try {
      await this.#pending.replace(pending, { ...pending.content, isTaken: true });
    } catch (error) {
      if (isStrongroomError(error, 'STORAGE_CONFLICT')) throw authFailed(error);
      throw error;
    }
  }

  #proofOf(secret: SecretBytes): OidcProof {
    const derived = (label: string): string =>
      toBase64Url(this.#deps.seal.mac(`oidc log-in ${label}`, secret.expose()));
    return {
      state: derived('state'),
      nonce: derived('nonce'),
      verifier: derived('verifier'),
      redirectUri: this.#deps.callbackUrl,
    };
  }
}

type BeginInput = Parameters<IdentityApi['beginOidc']>[0];
type FinishInput = Parameters<IdentityApi['finishOidc']>[0];

/** What came back, whatever address it came to. Throws `AUTH_FAILED` for what is none, or says something twice. */
function answerIn(callbackUrl: string): URLSearchParams {
  const url = callbackUrl.length > MAX_CALLBACK_CHARS ? null : URL.parse(callbackUrl);
  if (url === null) throw authFailed();
  const names = [...url.searchParams.keys()];
  if (new Set(names).size !== names.length) throw authFailed();
  return url.searchParams;
}
