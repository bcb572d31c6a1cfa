import type { AuthenticationMethod, LoggedIn, Origin, PrincipalId, Wants } from '../api/index.ts';
import type { SecretBytes } from '../bytes/index.ts';
import type { Access } from './access.ts';
import { type AccessTokens, MAX_ACCESS_SECONDS } from './access-tokens.ts';
import { authFailed } from './auth-failed.ts';
import type { KnownDevices } from './known-devices.ts';
import type { RefreshTokens } from './refresh-tokens.ts';
import type { SessionLifetimes, Sessions, StoredSession } from './sessions.ts';
import type { CredentialBook } from './user-credentials.ts';

/** Sessions of one principal; a new one ends the oldest beyond it. */
const MAX_SESSIONS = 100;

/** How long log-ins last. */
export interface LogInLifetimes {
  /** Browsers. */
  readonly cookie: SessionLifetimes;
  /** Programs, which renew their access tokens meanwhile. */
  readonly tokens: Pick<SessionLifetimes, 'absoluteSeconds'>;
  /** At most, for those who may administer. */
  readonly administrator: SessionLifetimes;
  /** Of one access token, at most ten minutes. */
  readonly accessSeconds: number;
}

export interface LogInSessionsDeps {
  readonly access: Pick<Access, 'findPrincipal' | 'rightsGrantedTo'>;
  readonly sessions: Sessions;
  readonly refreshTokens: RefreshTokens;
  readonly accessTokens: AccessTokens;
  readonly devices: KnownDevices;
  readonly book: CredentialBook;
  readonly lifetimes: LogInLifetimes;
  readonly now: () => Date;
}

export interface ProvenUser {
  readonly user: PrincipalId;
  readonly methods: readonly AuthenticationMethod[];
  readonly wants: Wants;
}

/** The last step of every log-in of a person: a session, and what shows it. */
export class LogInSessions {
  readonly #deps: LogInSessionsDeps;

  constructor(deps: LogInSessionsDeps) {
    this.#deps = deps;
  }

  /** Throws `AUTH_FAILED` when the user is not active (any more). */
  async begin({ user, methods, wants }: ProvenUser, origin: Origin): Promise<LoggedIn> {
    const principal = await this.#deps.access.findPrincipal(user);
    if (principal?.state !== 'active') throw authFailed();
    const isKnown = this.#deps.devices.isKnown(principal.name, origin.device);
    const device = (isKnown ? origin.device : undefined) ?? this.#deps.devices.mint(principal.name);
    await this.#makeRoom(user);
    const { session, token } = await this.#deps.sessions.begin({
      principal: principal.id,
      securityVersion: principal.securityVersion,
      wants,
      methods,
      lifetimes: await this.#lifetimesOf(user, wants),
      address: origin.address,
      device,
      ...(origin.client === undefined ? {} : { client: origin.client }),
    });
    const lastLogInAt = this.#deps.now().toISOString();
    await this.#deps.book.update(user, (all) => ({ ...all, lastLogInAt }));
    const more = token
      ? { session: { token, seconds: this.#secondsLeft(session) } }
      : { refreshToken: await this.#deps.refreshTokens.begin(session) };
    return { ...(await this.#access(session)), ...more, device };
  }

  /** A new pair of tokens for an old refresh token. Throws `AUTH_FAILED`. */
  async refresh(refreshToken: SecretBytes, origin: Origin): Promise<LoggedIn> {
    const { session, next } = await this.#deps.refreshTokens.use(refreshToken, origin.device);
    const principal = await this.#deps.access.findPrincipal(session.content.principal);
    if (principal?.state !== 'active' || session.content.securityVersion < principal.securityVersion)
      throw authFailed();
    return { ...(await this.#access(session)), refreshToken: next };
  }

  async #access(session: StoredSession): Promise<LoggedIn> {
    const { principal, methods, authenticatedAt, securityVersion } = session.content;
    const seconds = Math.min(
      this.#deps.lifetimes.accessSeconds,
      MAX_ACCESS_SECONDS,
      this.#secondsLeft(session),
    );
    const accessToken = await this.#deps.accessTokens.mint({
      principal,
      credential: session.id,
      securityVersion,
      methods,
      authenticatedAt: new Date(authenticatedAt),
      expiresAt: new Date(this.#deps.now().getTime() + seconds * 1000),
    });
    return { kind: 'logged-in', principal, accessToken, accessSeconds: seconds };
  }

  async #lifetimesOf(user: PrincipalId, wants: Wants): Promise<SessionLifetimes> {
    const { cookie, tokens, administrator } = this.#deps.lifetimes;
    const usual = wants === 'cookie' ? cookie : { ...cookie, ...tokens };
    const rights = await this.#deps.access.rightsGrantedTo(user);
    const isAdministrator =
      rights.holds('user:configure', 'everything') || rights.holds('root:change', 'everything');
    if (!isAdministrator) return usual;
    return {
      idleSeconds: Math.min(usual.idleSeconds, administrator.idleSeconds),
      absoluteSeconds: Math.min(usual.absoluteSeconds, administrator.absoluteSeconds),
    };
  }

  async #makeRoom(user: PrincipalId): Promise<void> {
    const sessions = [...(await this.#deps.sessions.list(user))].sort((a, b) =>
      a.content.createdAt.localeCompare(b.content.createdAt),
    );
    for (const { id } of sessions.slice(0, Math.max(0, sessions.length - MAX_SESSIONS + 1)))
      await this.#deps.sessions.end(id);
  }

  #secondsLeft({ content }: StoredSession): number {
    return Math.max(0, Math.floor((Date.parse(content.expiresAt) - this.#deps.now().getTime()) / 1000));
  }
}
