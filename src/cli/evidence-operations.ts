import type { EvidenceReport } from '../open/index.ts';
import type { Unseal } from './unseal-with.ts';

/** What a bundle of evidence proved to be. */
export interface CheckedEvidence {
  /** When it was gathered, ISO 8601. */
  readonly at: string;
  readonly files: number;
  /** Paths of files that are changed, missing, or not on the list. */
  readonly wrong: readonly string[];
}

/** Bundles of evidence. */
export interface EvidenceOperations {
  /** Writes one into a new folder. Throws `STORAGE_CONFLICT`, `ACCESS_DENIED`. */
  exportEvidence(input: {
    readonly home: string;
    readonly unseal: Unseal;
    readonly destination: string;
  }): Promise<EvidenceReport>;
  /** Holds one against its signed list. Throws `AUDIT_NOTE_INVALID`, `AUDIT_SIGNATURE`. */
  verifyEvidence(input: { readonly path: string; readonly key: string }): Promise<CheckedEvidence>;
}
