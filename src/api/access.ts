import type { SecretBytes } from '../bytes/index.ts';
import type { AuthenticationMethod, Ceiling } from './caller.ts';
import type { ModelName, NamespaceName } from './names.ts';
import type { Permission } from './permissions.ts';
import type { PrincipalId } from './principals.ts';

/** Who may do what: principals, roles, grants, tokens, approvals. Times are ISO 8601 UTC with milliseconds. */

/** A person. */
export interface User {
  readonly id: PrincipalId;
  readonly name: string;
  readonly displayName?: string;
  readonly email?: string;
  /** `invited`: no password yet. `disabled`: every credential is refused at once. */
  readonly state: 'invited' | 'active' | 'disabled';
  readonly createdAt: string;
  readonly createdBy: string;
  readonly lastLogInAt?: string;
  readonly factors: { readonly password: boolean; readonly totp: boolean; readonly passkeys: number };
}

/** A link that lets somebody set their first password (or a new one), once. */
export interface Invitation {
  /** `sri_…`; shown once and kept only as a hash. */
  readonly token: SecretBytes;
  readonly expiresAt: string;
}

export interface UsersApi {
  list(): Promise<readonly User[]>;
  get(input: { readonly name: string }): Promise<User>;
  /** Throws `USER_EXISTS`; a name that was ever used is taken for good. */
  invite(input: {
    readonly name: string;
    readonly displayName?: string;
    readonly email?: string;
  }): Promise<{ readonly user: User; readonly invitation: Invitation }>;
  /** A new invitation: the user chooses a new password with it; sessions end then. Removes the second factors on wish. */
  reset(input: { readonly name: string; readonly removeFactors?: boolean }): Promise<Invitation>;
  configure(input: {
    readonly name: string;
    readonly displayName?: string;
    readonly email?: string;
  }): Promise<User>;
  /** Ends every session and refuses every token, at once. Throws `ACCESS_LAST_ADMIN`. */
  disable(input: { readonly name: string }): Promise<User>;
  enable(input: { readonly name: string }): Promise<User>;
  /** What a user can log in with elsewhere. */
  identities(input: { readonly name: string }): Promise<readonly ExternalIdentity[]>;
  /**
   * Lets whoever the provider knows under a subject log in as this user. Throws `OIDC_PROVIDER_MISSING`, `OIDC_LINKED`
   * where the identity belongs to a user already.
   */
  link(input: {
    readonly name: string;
    readonly provider: string;
    readonly subject: string;
  }): Promise<ExternalIdentity>;
  /** Takes an identity away; sessions end then. Throws `OIDC_LINK_MISSING`. */
  unlink(input: { readonly name: string; readonly id: string }): Promise<void>;
}

/** An account at an OpenID provider that stands for a user: known by issuer and subject, never by an e-mail address. */
export interface ExternalIdentity {
  readonly id: string;
  readonly user: PrincipalId;
  /** Of the configuration, while it is there. */
  readonly provider: string;
  readonly issuer: string;
  readonly subject: string;
  readonly linkedAt: string;
  readonly linkedBy: string;
}

/** A program with credentials of its own. */
export interface ServiceAccount {
  readonly id: PrincipalId;
  readonly name: string;
  readonly description: string;
  readonly state: 'active' | 'disabled';
  readonly createdAt: string;
  readonly createdBy: string;
}

export interface ServiceAccountsApi {
  list(): Promise<readonly ServiceAccount[]>;
  get(input: { readonly name: string }): Promise<ServiceAccount>;
  /** Throws `SERVICE_ACCOUNT_EXISTS`. */
  create(input: { readonly name: string; readonly description?: string }): Promise<ServiceAccount>;
  disable(input: { readonly name: string }): Promise<ServiceAccount>;
  enable(input: { readonly name: string }): Promise<ServiceAccount>;
}

/** A named set of permissions. Built-in roles cannot be changed. */
export interface Role {
  readonly name: string;
  readonly description: string;
  readonly permissions: readonly Permission[];
  readonly isBuiltIn: boolean;
}

export interface RolesApi {
  list(): Promise<readonly Role[]>;
  /** Makes or changes a role of one's own. Throws `ROLE_BUILT_IN`, `GRANT_EXCEEDS` for permissions the caller lacks. */
  set(input: {
    readonly name: string;
    readonly description?: string;
    readonly permissions: readonly Permission[];
  }): Promise<Role>;
  /** Throws `ROLE_IN_USE` while it is granted. */
  remove(input: { readonly name: string }): Promise<void>;
}

/** What a grant is about: everything, a namespace, or one model. */
export type GrantPlace = 'everything' | NamespaceName | ModelName;

/** A role that a principal holds somewhere, for as long as it lasts. */
export interface Grant {
  readonly id: string;
  readonly principal: PrincipalId;
  readonly role: string;
  readonly on: GrantPlace;
  readonly expiresAt?: string;
  /** How much of a prediction gets out by it, as `parseOutputPolicy` reads it; absent: `GRANTED_OUTPUT`. */
  readonly output?: string;
  readonly createdAt: string;
  readonly createdBy: string;
}

export interface GrantsApi {
  /** All of a principal, all at a place and above it, or all. What the caller may not see is left out. */
  list(input?: { readonly principal?: PrincipalId; readonly on?: GrantPlace }): Promise<readonly Grant[]>;
  /**
   * Throws `GRANT_EXCEEDS` for a role with permissions that the caller lacks at that place, or an output policy that is
   * looser than theirs. The same again renews it; the output policy stays where none is given.
   */
  create(input: {
    readonly principal: PrincipalId;
    readonly role: string;
    readonly on: GrantPlace;
    readonly expiresAt?: string;
    readonly output?: string;
  }): Promise<Grant>;
  /** Throws `ACCESS_LAST_ADMIN`. */
  remove(input: { readonly id: string }): Promise<void>;
}

/** A long-lived token of a user (`srp_`) or of a service account (`srs_`); only its hash is kept. */
export interface Token {
  readonly id: string;
  readonly owner: PrincipalId;
  readonly name: string;
  /** First and last characters, to recognise it by. */
  readonly hint: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly lastUsedAt?: string;
  readonly lastUsedFrom?: string;
  readonly ceiling: Ceiling;
  /** Networks that it may come from, as `10.0.0.0/8`; empty: any. */
  readonly addresses: readonly string[];
}

export interface TokensApi {
  /** One's own, or another principal's. */
  list(input?: { readonly owner?: PrincipalId }): Promise<readonly Token[]>;
  /**
   * For oneself, or for a service account. Expires within a year, by default in 90 days. Throws `TOKEN_EXCEEDS` where it
   * would allow more than the credential that asks.
   */
  create(input: {
    readonly name: string;
    readonly owner?: PrincipalId;
    readonly expiresAt?: string;
    readonly ceiling?: Ceiling;
    readonly addresses?: readonly string[];
  }): Promise<{ readonly token: Token; readonly secret: SecretBytes }>;
  /** At once and everywhere. */
  revoke(input: { readonly id: string }): Promise<void>;
}

/** A wish for an act that takes two people: key destruction, plaintext of a protected model, an exception of a policy. */
export interface Approval {
  readonly id: string;
  readonly action: Permission;
  /** As the record names it: `key acme@2`, `acme/churn@3`. */
  readonly resource: string;
  readonly reason: string;
  readonly state: 'open' | 'approved' | 'rejected' | 'used' | 'expired';
  readonly requestedBy: PrincipalId;
  readonly requestedAt: string;
  readonly expiresAt: string;
  readonly decidedBy?: PrincipalId;
  readonly decidedAt?: string;
  readonly decisionReason?: string;
}

export interface ApprovalsApi {
  /** Those of the caller, and with `approval:read` everybody's; newest first. */
  list(): Promise<readonly Approval[]>;
  request(input: {
    readonly action: Permission;
    readonly resource: string;
    readonly reason: string;
  }): Promise<Approval>;
  /** By another person than asked, who may do the act too. Throws `APPROVAL_SAME_PERSON`, `APPROVAL_DECIDED`. */
  decide(input: {
    readonly id: string;
    readonly decision: 'approved' | 'rejected';
    readonly reason: string;
  }): Promise<Approval>;
}

/** Lets programs of another identity provider in without a stored secret (GitHub Actions, Kubernetes, …). */
export interface WorkloadRule {
  /** Also the name of the principal, `workload:NAME`, that the grants are for. */
  readonly name: string;
  readonly issuer: string;
  readonly audience: string;
  /** Claim → the value, or the pattern with `*`, that it must have; all of them. Dots reach into nested claims. */
  readonly claims: Readonly<Record<string, string>>;
  /** Keys of the issuer as JWK Set; absent: fetched from the issuer. */
  readonly keys?: string;
  /** Life of the access tokens in seconds, at most 600. */
  readonly tokenSeconds: number;
  /** A token may be shown again until it expires, as Kubernetes' mounted ones must be; else each lets in once. */
  readonly isReusable: boolean;
  /** What is allowed and still not wise, such as names that can change hands. */
  readonly warnings: readonly string[];
  readonly createdAt: string;
  readonly createdBy: string;
}

export interface WorkloadsApi {
  list(): Promise<readonly WorkloadRule[]>;
  /**
   * Makes or changes a rule. Throws `WORKLOAD_RULE_WIDE` for one that binds no claim that narrows who it is,
   * `WORKLOAD_RULE_INVALID`, `WORKLOAD_RULE_EXISTS` for the name of one that was removed, and `GRANT_EXCEEDS` for one
   * whose grants allow what the caller lacks.
   */
  set(
    input: Pick<WorkloadRule, 'name' | 'issuer' | 'audience' | 'claims' | 'keys'> & {
      readonly tokenSeconds?: number;
      readonly isReusable?: boolean;
    },
  ): Promise<WorkloadRule>;
  /** Ends a rule and the tokens that it gave. Throws `WORKLOAD_RULE_MISSING`. */
  remove(input: { readonly name: string }): Promise<void>;
}

/** Where one is logged in. */
export interface Session {
  readonly id: string;
  readonly createdAt: string;
  readonly lastUsedAt: string;
  readonly expiresAt: string;
  readonly address?: string;
  readonly client?: string;
  readonly isCurrent: boolean;
}

/** A passkey of a user. */
export interface Passkey {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
  readonly lastUsedAt?: string;
  readonly isSynced: boolean;
}

/** What the caller is and may do. */
export interface Account {
  readonly id: string;
  readonly methods: readonly AuthenticationMethod[];
  readonly user?: User;
  readonly grants: readonly Grant[];
  readonly ceiling?: Ceiling;
}

/** A client certificate that stands for a service account. */
export interface ClientCertificate {
  readonly id: string;
  readonly principal: PrincipalId;
  /** SHA-256 over its DER, lower-case hex. */
  readonly fingerprint: string;
  readonly createdAt: string;
  /** When the certificate itself ends (ISO 8601 UTC). */
  readonly expiresAt: string;
}

/** Which client certificates stand for whom. */
export interface ClientCertificatesApi {
  list(): Promise<readonly ClientCertificate[]>;
  /**
   * From then on whoever shows the certificate (PEM, one) over TLS is the service account. Throws `CERTIFICATE_MALFORMED`,
   * `TOKEN_INVALID` for one that is over or bound already, `GRANT_EXCEEDS`, `SERVICE_ACCOUNT_MISSING`.
   */
  bind(input: {
    readonly serviceAccount: string;
    readonly certificate: Uint8Array;
  }): Promise<ClientCertificate>;
  /** One that is gone is fine. */
  unbind(input: { readonly id: string }): Promise<void>;
}

/** What users do to themselves. All but `get`, `sessions` and `endSession` want a log-in of the last ten minutes. */
export interface AccountApi {
  get(): Promise<Account>;
  sessions(): Promise<readonly Session[]>;
  endSession(input: { readonly id: string }): Promise<void>;
  /** Ends all other sessions. Throws `PASSWORD_WEAK`, `AUTH_FAILED`. */
  changePassword(input: { readonly current: SecretBytes; readonly next: SecretBytes }): Promise<void>;
  /** Begins with a fresh secret (shown as `otpauth:` URI); it counts once a code confirms it. */
  beginTotp(): Promise<{ readonly uri: SecretBytes }>;
  /** Answers with recovery codes, shown once. Throws `AUTH_FAILED`. */
  confirmTotp(input: { readonly code: string }): Promise<{ readonly recoveryCodes: readonly SecretBytes[] }>;
  removeTotp(): Promise<void>;
  passkeys(): Promise<readonly Passkey[]>;
  /** WebAuthn creation options (JSON form) for the browser. */
  beginPasskey(): Promise<unknown>;
  /** The browser's answer (RegistrationResponseJSON). */
  confirmPasskey(input: { readonly name: string; readonly response: unknown }): Promise<Passkey>;
  removePasskey(input: { readonly id: string }): Promise<void>;
}

/** The nouns of access, as part of the StrongroomApi. */
export interface AccessApi {
  readonly users: UsersApi;
  readonly serviceAccounts: ServiceAccountsApi;
  readonly roles: RolesApi;
  readonly grants: GrantsApi;
  readonly tokens: TokensApi;
  readonly approvals: ApprovalsApi;
  readonly workloads: WorkloadsApi;
  readonly clientCertificates: ClientCertificatesApi;
  readonly account: AccountApi;
}
