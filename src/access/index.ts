export { Access, type AccessDeps, isAdministration } from './access.ts';
export { BUILT_IN_ROLES } from './built-in-roles.ts';
export {
  type CollectionRules,
  DocumentCollection,
  type DocumentDeps,
  type DocumentIndex,
  type DocumentSeal,
  type StoredDocument,
} from './document-collection.ts';
export { covers, isModel, parsePlace, placeOf, reaches } from './place.ts';
export type { NewPrincipal, Principal, PrincipalContent, PrincipalWords } from './principals.ts';
export { FOR_GOOD, type Rights } from './rights.ts';
