import type { AuditArchive } from '../api/index.ts';
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

/** What leaves the record of a home as files: bundles of evidence, archives. */
export interface EvidenceOperations {
  /** Writes one into a new folder. Throws `STORAGE_CONFLICT`, `ACCESS_DENIED`. */
  exportEvidence(input: {
    readonly home: string;
    readonly unseal: Unseal;
    readonly destination: string;
  }): Promise<EvidenceReport>;
  /** Moves old entries of the record into a new file. Throws `AUDIT_ENTRY_MISSING`, `STORAGE_CONFLICT`. */
  archiveAudit(input: {
    readonly home: string;
    readonly unseal: Unseal;
    readonly destination: string;
    readonly before: string;
  }): Promise<AuditArchive>;
  /** Brings them back. Throws `AUDIT_NOTE_INVALID`, `AUDIT_SIGNATURE`, `AUDIT_DAMAGED`. */
  unarchiveAudit(input: {
    readonly home: string;
    readonly unseal: Unseal;
    readonly path: string;
  }): Promise<AuditArchive>;
  /** Holds one against its signed list. Throws `AUDIT_NOTE_INVALID`, `AUDIT_SIGNATURE`. */
  verifyEvidence(input: { readonly path: string; readonly key: string }): Promise<CheckedEvidence>;
}
