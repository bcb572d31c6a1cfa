import type { PrincipalId } from '../api/index.ts';
import type { SecretBytes } from '../bytes/index.ts';
import type { Access } from './access.ts';
import { AccessTokens } from './access-tokens.ts';
import { Authenticator } from './authenticator.ts';
import { Bootstrap } from './bootstrap.ts';
import { ClientCertificates } from './client-certificates.ts';
import { CredentialUses } from './credential-uses.ts';
import type { DocumentDeps } from './document-collection.ts';
import { Invitations } from './invitations.ts';
import { IssuedTokens } from './issued-tokens.ts';
import { KnownDevices } from './known-devices.ts';
import { type LogInLifetimes, LogInSessions } from './log-in-sessions.ts';
import { LogInThrottle } from './log-in-throttle.ts';
import { Passkeys, type RelyingParty } from './passkeys.ts';
import { PasswordCheck } from './password-check.ts';
import { type HashingOptions, PasswordHasher } from './password-hasher.ts';
import type { PasswordPolicy } from './password-policy.ts';
import { RecoveryCodes } from './recovery-codes.ts';
import { RefreshTokens } from './refresh-tokens.ts';
import { SecondFactors } from './second-factors.ts';
import { createSecretBox } from './secret-box.ts';
import { Sessions } from './sessions.ts';
import { TokenKeys } from './token-keys.ts';
import { TotpCodes } from './totp-codes.ts';
import { CredentialBook } from './user-credentials.ts';

/** How identity is set up, from the configuration. */
export interface IdentitySettings {
  /** Address of the server, without a slash at its end: issuer of access tokens, home of passkeys. */
  readonly issuer: string;
  /** Name of this strongroom in authenticator apps and browsers. */
  readonly name: string;
  readonly lifetimes: LogInLifetimes;
  readonly invitationSeconds: number;
  readonly hashing: HashingOptions;
  readonly policy: PasswordPolicy;
  /** How long tokens last unless it is said, and at most. */
  readonly tokenDays: { readonly usual: number; readonly most: number };
}

/** Something that needs somebody's attention, though nobody was refused for it alone. */
export interface SecurityEvent {
  readonly kind: 'refresh-token-reused' | 'passkey-counter-back';
  readonly principal: PrincipalId;
}

export interface IdentityDeps extends DocumentDeps {
  readonly access: Access;
  /** Keys of the keyring, to be wiped by whoever asked. */
  readonly deriveKey: (label: string) => SecretBytes;
  readonly settings: IdentitySettings;
  readonly now: () => Date;
  /** Records it. What it throws stops nothing that was decided. */
  readonly onEvent: (event: SecurityEvent) => Promise<void>;
}

/** All that knows who somebody is, each part once. */
export type IdentityParts = ReturnType<typeof createIdentityParts>;

/** Puts the parts together. `close` forgets the pepper. */
export function createIdentityParts(deps: IdentityDeps) {
  const keepers = createKeepers(deps);
  const { access, settings } = deps;
  const { lifetimes, policy, invitationSeconds } = settings;
  const all = { ...deps, ...keepers, lifetimes, policy, validSeconds: invitationSeconds };
  return {
    access,
    ...keepers,
    policy,
    tokenDays: settings.tokenDays,
    onEvent: deps.onEvent,
    passwords: new PasswordCheck(all),
    factors: new SecondFactors(all),
    logIns: new LogInSessions(all),
    invitations: new Invitations(all),
    bootstrap: new Bootstrap(all),
    authenticator: new Authenticator(all),
  };
}

/** What keeps and checks one kind of thing each. */
function createKeepers(deps: IdentityDeps) {
  const { settings, now, deriveKey } = deps;
  const pepper = deriveKey('password pepper');
  const box = createSecretBox(() => deriveKey('access secrets'));
  const book = new CredentialBook(deps);
  const uses = new CredentialUses(deps);
  const sessions = new Sessions({ ...deps, uses });
  const keys = new TokenKeys({ ...deps, box });
  const devices = new KnownDevices(deps.seal);
  return {
    book,
    uses,
    sessions,
    keys,
    devices,
    accessTokens: new AccessTokens({ keys, issuer: settings.issuer, now }),
    refreshTokens: new RefreshTokens({
      ...deps,
      sessions,
      successorKey: () => deriveKey('refresh successors'),
      onReuse: ({ content }) => deps.onEvent({ kind: 'refresh-token-reused', principal: content.principal }),
    }),
    issuedTokens: new IssuedTokens({ ...deps, uses }),
    certificates: new ClientCertificates(deps),
    hasher: new PasswordHasher(pepper, settings.hashing),
    throttle: new LogInThrottle(devices, now),
    passkeys: new Passkeys({ ...deps, relyingParty: relyingPartyOf(settings) }),
    totp: new TotpCodes({ book, box, now, issuer: settings.name }),
    recovery: new RecoveryCodes({ book, seal: deps.seal }),
    close: () => {
      pepper.wipe();
    },
  };
}

function relyingPartyOf({ issuer, name }: IdentitySettings): RelyingParty {
  const url = new URL(issuer);
  return { id: url.hostname, name, origins: [url.origin] };
}
