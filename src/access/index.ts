export { Access, type AccessDeps, isAdministration } from './access.ts';
export { type BlockList, parseBlockList } from './block-list.ts';
export { Blocks } from './blocks.ts';
export { BUILT_IN_ROLES } from './built-in-roles.ts';
export { isWithinCeiling } from './ceiling.ts';
export { DefenceModes } from './defence-mode.ts';
export {
  type CollectionRules,
  DocumentCollection,
  type DocumentDeps,
  type DocumentIndex,
  type DocumentSeal,
  type StoredDocument,
} from './document-collection.ts';
export type { ExternalIdentities } from './external-identities.ts';
export { createFederation, type Federation, OIDC_CALLBACK_PATH } from './federation.ts';
export { createIdentity, type FederatedIdentity, NOT_FEDERATED } from './identity.ts';
export {
  createIdentityParts,
  type IdentityDeps,
  type IdentityParts,
  type IdentitySettings,
  type SecurityEvent,
} from './identity-parts.ts';
export { areWithin } from './issued-tokens.ts';
export { Lockdown } from './lockdown.ts';
export type { MappedRole, OidcProviderRules } from './oidc-provider.ts';
export { acceptPassword } from './password-policy.ts';
export { covers, isModel, parsePlace, reaches } from './place.ts';
export type { NewPrincipal, Principal, PrincipalContent, PrincipalWords } from './principals.ts';
export type { Remembered } from './remembered.ts';
export { FOR_GOOD, type Rights } from './rights.ts';
export { userCard } from './user-card.ts';
