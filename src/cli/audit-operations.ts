import type { AuditApi, AuditReport, LongRunning } from '../api/index.ts';

/** What an exported log is verified with. */
export interface AuditKeysGiven {
  /** Verifier keys of the log (C2SP signed-note): the Ed25519 one, and where wanted the second. */
  readonly keys: readonly string[];
  /** Verifier keys of witnesses, each of whom must have signed. */
  readonly witnesses: readonly string[];
}

/** What a proof came to. */
export interface CheckedProof {
  readonly origin: string;
  readonly index: number;
  readonly size: number;
  /** The entry that it proves, as it stands in the log. */
  readonly entry: unknown;
}

/** The record as files, without a home. */
export interface AuditOperations {
  /** Copies the log, as it is under one checkpoint, into a folder that may hold an older copy of it. */
  exportAudit(
    input: LongRunning & { readonly audit: AuditApi; readonly destination: string },
  ): Promise<{ readonly origin: string; readonly size: number }>;
  /** Verifies such a folder, with the archives that are at hand (paths). Throws `AUDIT_NOTE_INVALID` for what are no keys, and what reading throws. */
  verifyAudit(
    input: LongRunning & AuditKeysGiven & { readonly path: string; readonly archives: readonly string[] },
  ): Promise<AuditReport>;
  /** Verifies the proof of one entry. Throws `AUDIT_PROOF_INVALID`, `AUDIT_SIGNATURE`. */
  verifyAuditProof(input: AuditKeysGiven & { readonly file: string }): Promise<CheckedProof>;
  /** Verifies that a log grew from one checkpoint to another. Throws `AUDIT_PROOF_INVALID`, `AUDIT_SIGNATURE`. */
  verifyGrowth(
    input: AuditKeysGiven & { readonly file: string; readonly from: string },
  ): Promise<{ readonly origin: string; readonly from: number; readonly to: number }>;
  /** Writes a small text of an answer to a new file. Throws `STORAGE_CONFLICT`. */
  writeText(input: { readonly path: string; readonly text: string }): Promise<void>;
  /** Size of the log of a checkpoint file, unverified. Throws `AUDIT_NOTE_INVALID`. */
  checkpointSize(path: string): Promise<number>;
  /** Reads a proof or checkpoint as text. Throws `STORAGE_MISSING`, `INPUT_TOO_LARGE`. */
  readProof(path: string): Promise<string>;
}
