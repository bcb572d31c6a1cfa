import type { Caller, Ceiling, Credential, Origin, PrincipalId, PrincipalType } from '../api/index.ts';
import type { SecretBytes } from '../bytes/index.ts';
import { sha256Name } from '../crypto/index.ts';
import type { CatalogueDocuments } from '../storage/index.ts';
import type { Access } from './access.ts';
import type { AccessTokens } from './access-tokens.ts';
import { authFailed } from './auth-failed.ts';
import type { ClientCertificates } from './client-certificates.ts';
import type { CredentialUses } from './credential-uses.ts';
import { type IssuedTokens, isFrom } from './issued-tokens.ts';
import type { Sessions, StoredSession } from './sessions.ts';
import { kindOfToken } from './token-text.ts';

/** Answers that are remembered; each takes about 1 KiB. */
const MAX_REMEMBERED = 10_000;
/** Changes of these may change whom a credential stands for. */
const COLLECTIONS = ['principals', 'sessions', 'tokens', 'client-certificates'] as const;

export interface AuthenticatorDeps {
  readonly catalogue: Pick<CatalogueDocuments, 'collectionChanges'>;
  readonly access: Pick<Access, 'findPrincipal'>;
  readonly sessions: Sessions;
  readonly accessTokens: AccessTokens;
  readonly issuedTokens: IssuedTokens;
  readonly certificates: ClientCertificates;
  readonly uses: CredentialUses;
  readonly now: () => Date;
}

/** Whom a credential stands for, and what is checked each time. */
interface Known {
  readonly caller: Caller;
  /** Networks that it may come from; empty: any. */
  readonly networks: readonly string[];
  readonly expiresAtMs: number;
  /** The cookie session behind it, which ends when it idles. */
  readonly cookie?: StoredSession;
}

/** Who is asking: from the credential of a request to a caller. What was revoked is refused at the next call. */
export class Authenticator {
  readonly #deps: AuthenticatorDeps;
  readonly #remembered = new Map<string, Known>();
  #changes = -1;
  /** What the changes were counted by: the same promise while nobody writes anything. */
  #count: Promise<number> | undefined;

  constructor(deps: AuthenticatorDeps) {
    this.#deps = deps;
  }

  /** Throws `AUTH_FAILED`, the same for every reason. */
  async authenticate(credential: Credential, origin: Origin): Promise<Caller> {
    const key = keyOf(credential);
    const count = this.#deps.catalogue.collectionChanges(COLLECTIONS);
    const known =
      (count === this.#count ? this.#remembered.get(key) : undefined) ??
      (await this.#knownAsOf(count, key, credential));
    if (known.expiresAtMs <= this.#deps.now().getTime()) throw authFailed();
    if (!isFrom(origin.address, known.networks)) throw authFailed();
    if (known.cookie !== undefined && !(await this.#deps.sessions.isAwake(known.cookie))) throw authFailed();
    const { caller } = known;
    if (caller.credential !== undefined) {
      const writing = this.#deps.uses.note(caller.credential, origin.address);
      if (writing !== undefined) await writing;
    }
    return { ...caller, requestId: origin.requestId, address: origin.address };
  }

  /** Whether the credential that a caller came with still counts, for acts that take long. */
  async isLive({ type, credential, methods = [] }: Caller): Promise<boolean> {
    if (credential === undefined || type === 'workload') return true;
    if (methods.includes('token')) return (await this.#deps.issuedTokens.find(credential)) !== undefined;
    if (methods.includes('certificate')) return await this.#deps.certificates.has(credential);
    return await this.#deps.sessions.has(credential);
  }

  /** After any change of whom credentials stand for, what was remembered is worth nothing. */
  async #knownAsOf(count: Promise<number>, key: string, credential: Credential): Promise<Known> {
    const changes = await count;
    // The number only rises: a lower one was counted earlier and answered later.
    if (changes > this.#changes) {
      this.#remembered.clear();
      this.#changes = changes;
    }
    if (changes === this.#changes) this.#count = count;
    const known = this.#remembered.get(key) ?? (await this.#lookUp(credential));
    // Whoever looked up before a change must not leave what they saw to those who come after it.
    if (changes === this.#changes) this.#remember(key, known);
    return known;
  }

  #remember(key: string, known: Known): void {
    if (this.#remembered.has(key)) return;
    if (this.#remembered.size >= MAX_REMEMBERED) {
      const [oldest] = this.#remembered.keys();
      if (oldest !== undefined) this.#remembered.delete(oldest);
    }
    this.#remembered.set(key, known);
  }

  #lookUp(credential: Credential): Promise<Known> {
    switch (credential.kind) {
      case 'session':
        return this.#fromCookie(credential.token);
      case 'certificate':
        return this.#fromCertificate(credential.sha256);
      case 'bearer':
        return this.#fromBearer(credential.token);
    }
  }

  async #fromBearer(token: SecretBytes): Promise<Known> {
    const kind = kindOfToken(token);
    if (kind === 'personal' || kind === 'service-account') return await this.#fromIssuedToken(token);
    // Refresh tokens, invitations and the like are no credentials of requests.
    if (kind !== undefined) throw authFailed();
    return await this.#fromAccessToken(token);
  }

  async #fromIssuedToken(secret: SecretBytes): Promise<Known> {
    const stored = await this.#deps.issuedTokens.findBySecret(secret);
    if (stored === undefined) throw authFailed();
    const { owner, securityVersion, ceiling, expiresAt, addresses } = stored.content;
    const caller = await this.#callerOf(owner, securityVersion);
    return {
      caller: { ...caller, methods: ['token'], credential: stored.id, ...limitOf(ceiling as Ceiling) },
      networks: addresses,
      expiresAtMs: Date.parse(expiresAt),
    };
  }

  async #fromAccessToken(token: SecretBytes): Promise<Known> {
    const claims = await this.#deps.accessTokens.verify(token);
    const { principal, credential, securityVersion, methods, authenticatedAt, expiresAt } = claims;
    const isWorkload = principal.startsWith('workload:');
    const session = isWorkload ? undefined : await this.#deps.sessions.find(credential);
    if (!isWorkload && session?.content.principal !== principal) throw authFailed();
    const caller = await this.#callerOf(principal as PrincipalId, securityVersion);
    return {
      caller: { ...caller, credential, methods, authenticatedAt: authenticatedAt.toISOString() },
      networks: [],
      expiresAtMs: expiresAt.getTime(),
    };
  }

  async #fromCookie(token: SecretBytes): Promise<Known> {
    const session = await this.#deps.sessions.findByToken(token);
    if (session === undefined) throw authFailed();
    const { principal, securityVersion, methods, authenticatedAt, expiresAt } = session.content;
    const caller = await this.#callerOf(principal, securityVersion);
    return {
      caller: { ...caller, credential: session.id, methods, authenticatedAt },
      networks: [],
      expiresAtMs: Date.parse(expiresAt),
      cookie: session,
    };
  }

  async #fromCertificate(fingerprint: string): Promise<Known> {
    const stored = await this.#deps.certificates.findByFingerprint(fingerprint);
    if (stored === undefined) throw authFailed();
    const { principal, securityVersion, expiresAt } = stored.content;
    const caller = await this.#callerOf(principal, securityVersion);
    return {
      caller: { ...caller, credential: stored.id, methods: ['certificate'] },
      networks: [],
      expiresAtMs: Date.parse(expiresAt),
    };
  }

  /** The principal behind a credential, if it is active and its security did not change since. */
  async #callerOf(id: PrincipalId, securityVersion: number): Promise<Caller> {
    const principal = await this.#deps.access.findPrincipal(id);
    if (principal?.state !== 'active' || securityVersion < principal.securityVersion) throw authFailed();
    return { type: principal.type satisfies PrincipalType, id: principal.id };
  }
}

/** A ceiling without limits is none. */
function limitOf(ceiling: Ceiling): Pick<Caller, 'ceiling'> {
  return ceiling.permissions === undefined && ceiling.places === undefined ? {} : { ceiling };
}

/** What a credential is remembered under: a hash, so that memory holds no credentials. */
function keyOf(credential: Credential): string {
  if (credential.kind === 'certificate') return `certificate ${credential.sha256}`;
  return `${credential.kind} ${sha256Name(credential.token.exposeToHash())}`;
}
