export {
  type CollectionRules,
  DocumentCollection,
  type DocumentDeps,
  type DocumentIndex,
  type DocumentSeal,
  type StoredDocument,
} from './document-collection.ts';
