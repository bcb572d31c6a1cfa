import type { GrantPlace, OidcProvider } from '../api/index.ts';
import type { SecretBytes } from '../bytes/index.ts';

/** An OpenID provider that people may log in with, as the configuration wants it. */
export interface OidcProviderRules extends OidcProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientAuth: 'client_secret_basic' | 'client_secret_post';
  /** Reads it anew each time, to be wiped by whoever asked; `undefined`: a public client. */
  readonly clientSecret: () => Promise<SecretBytes | undefined>;
  readonly scopes: string;
  /** The one algorithm of its ID tokens. */
  readonly algorithm: string;
  /** One of these must be the `acr`; empty: any. */
  readonly requiredAcr: readonly string[];
  /** All of these must be among the `amr`. */
  readonly requiredAmr: readonly string[];
  /** Whether somebody whom nobody here is linked to becomes a user. */
  readonly isOpen: boolean;
  readonly nameClaim: string;
  readonly groupsClaim: string;
  readonly roles: readonly MappedRole[];
}

/** A role that members of a group hold for as long as a log-in may last. */
export interface MappedRole {
  readonly group: string;
  readonly role: string;
  readonly on: GrantPlace;
}
