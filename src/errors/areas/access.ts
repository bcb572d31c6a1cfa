import type { ErrorEntry } from '../kinds.ts';

export const ACCESS_ERRORS = {
  ACCESS_DENIED: { kind: 'forbidden', hint: 'ask the owner of the home, or an administrator, for a grant' },
  ACCESS_LAST_ADMIN: {
    kind: 'conflict',
    hint: 'make somebody else an administrator first: strongroom grant add user:NAME admin everything',
  },
  USER_EXISTS: {
    kind: 'conflict',
    hint: 'choose another name: a name that was ever used stays taken, so that the record stays true',
  },
  USER_MISSING: { kind: 'missing', hint: 'list the users with: strongroom user ls' },
  USER_STATE: { kind: 'conflict', hint: 'look at the user with: strongroom user show NAME' },
  SERVICE_ACCOUNT_EXISTS: {
    kind: 'conflict',
    hint: 'choose another name: a name that was ever used stays taken, so that the record stays true',
  },
  SERVICE_ACCOUNT_MISSING: {
    kind: 'missing',
    hint: 'list the service accounts with: strongroom service-account ls',
  },
  PRINCIPAL_MISSING: {
    kind: 'missing',
    hint: 'name a user, a service account or a workload rule that exists: user:ada, service-account:ci',
  },
  PRINCIPAL_DISABLED: { kind: 'conflict', hint: 'enable it first, or choose another one' },
  ROLE_MISSING: { kind: 'missing', hint: 'list the roles with: strongroom role ls' },
  ROLE_INVALID: {
    kind: 'invalid',
    hint: 'docs/reference/roles.md lists the permissions and where each can be granted',
  },
  ROLE_BUILT_IN: { kind: 'conflict', hint: 'built-in roles stay as they are; make one of your own' },
  ROLE_IN_USE: { kind: 'conflict', hint: 'remove its grants first: strongroom grant ls' },
  GRANT_MISSING: { kind: 'missing', hint: 'list the grants with: strongroom grant ls' },
  GRANT_INVALID: { kind: 'invalid', hint: 'correct the grant as the message says' },
  GRANT_EXCEEDS: {
    kind: 'forbidden',
    hint: 'nobody hands on what they lack at that place; ask somebody who holds it',
  },
  TOKEN_MISSING: { kind: 'missing', hint: 'list the tokens with: strongroom token ls' },
  TOKEN_INVALID: { kind: 'invalid', hint: 'correct the token as the message says' },
  TOKEN_EXCEEDS: {
    kind: 'forbidden',
    hint: 'a token allows at most what the credential allows that asks for it',
  },
  APPROVAL_REQUIRED: {
    kind: 'forbidden',
    hint: 'ask for it: strongroom approval request ACTION RESOURCE --reason WHY; another person decides',
  },
  APPROVAL_MISSING: { kind: 'missing', hint: 'list the approvals with: strongroom approval ls' },
  APPROVAL_INVALID: { kind: 'invalid', hint: 'correct the request as the message says' },
  APPROVAL_SAME_PERSON: { kind: 'forbidden', hint: 'another person than the one who asked must decide' },
  APPROVAL_DECIDED: { kind: 'conflict', hint: 'ask anew: strongroom approval request' },
  WORKLOAD_RULE_MISSING: { kind: 'missing', hint: 'list the rules with: strongroom workload ls' },
  WORKLOAD_RULE_EXISTS: {
    kind: 'conflict',
    hint: 'choose another name: a name that was ever used stays taken, so that the record stays true',
  },
  WORKLOAD_RULE_INVALID: { kind: 'invalid', hint: 'correct the rule as the message says' },
  WORKLOAD_RULE_WIDE: {
    kind: 'invalid',
    hint: 'bind a claim that only your own program has, such as the id of the repository or the subject',
  },
  WORKLOAD_RULE_UNCLEAR: { kind: 'invalid', hint: 'name the rule that the token is for' },
  ISSUER_UNFIT: {
    kind: 'unavailable',
    hint: 'compare the issuer with its discovery document, below /.well-known/openid-configuration',
  },
  OIDC_NOT_LINKED: {
    kind: 'forbidden',
    hint: 'ask an administrator to link you: strongroom user link NAME --provider ID --subject SUBJECT',
  },
  OIDC_LINKED: {
    kind: 'conflict',
    hint: 'an identity belongs to one user; take it away from the other first: strongroom user unlink',
  },
  OIDC_LINK_MISSING: { kind: 'missing', hint: 'list them with: strongroom user identities NAME' },
  OIDC_FACTOR_WANTED: {
    kind: 'forbidden',
    hint: 'log in at the provider in the stronger way that this server asks for',
  },
  SESSION_MISSING: { kind: 'missing', hint: 'list your sessions with: strongroom account sessions' },
  PASSKEY_MISSING: { kind: 'missing', hint: 'list your passkeys with: strongroom account passkeys' },
  OIDC_PROVIDER_MISSING: { kind: 'missing', hint: 'name a provider of the configuration' },
  AUTH_FAILED: {
    kind: 'unauthenticated',
    hint: 'log in again, or ask an administrator whether the account is still active',
  },
  AUTH_THROTTLED: { kind: 'limited', hint: 'there were too many attempts; wait, then try again' },
  AUTH_BUSY: { kind: 'unavailable', hint: 'many people are logging in; try again in a few seconds' },
  AUTH_STALE: { kind: 'forbidden', hint: 'log in again: this wants a log-in of the last ten minutes' },
  BOOTSTRAP_OVER: {
    kind: 'conflict',
    hint: 'there is an administrator already; ask for an invitation, or let the owner of the home make one',
  },
  PASSWORD_WEAK: {
    kind: 'invalid',
    hint: 'use a longer one, such as four random words; no rules about kinds of characters',
  },
} as const satisfies Record<string, ErrorEntry>;
