export { type BomInput, billOfMaterials } from './bill-of-materials.ts';
export {
  type BundleHead,
  type BundleIndex,
  type BundleMember,
  type BundleSignature,
  formatBundleHead,
  formatBundleIndex,
  readBundleHead,
} from './bundle-format.ts';
export { type Derivation, provenanceStatement } from './provenance.ts';
export { type AttestedFile, rootDigest } from './root-digest.ts';
export {
  type AttestedScan,
  type AttestedScans,
  scanStatement,
  testResultStatement,
} from './scan-statements.ts';
export { formatAttestation, type Statement, type Subject } from './statement.ts';
