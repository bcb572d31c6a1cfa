import type { LongRunning } from './model.ts';

/** How an act ended; `open`: it is under way, or nobody lived to see its end. */
export type AuditOutcome = 'done' | 'refused' | 'failed' | 'open';

/** Who acted, as the record has it. */
export interface AuditedCaller {
  readonly type: string;
  readonly id: string;
  readonly methods?: readonly string[];
  /** Id of the session or token. */
  readonly credential?: string;
  /** Masked: the same address always looks the same, and cannot be read. */
  readonly address?: string;
}

/** An act with what became of it, or something that happened by itself. */
export interface AuditedAct {
  /** Place in the log. */
  readonly index: number;
  readonly kind: 'act' | 'event';
  readonly at: string;
  readonly caller?: AuditedCaller;
  readonly requestId?: string;
  /** Permission that the act took, or the name of the event. */
  readonly action: string;
  readonly resource?: string;
  /** What let the caller do it. */
  readonly rule?: string;
  readonly outcome?: AuditOutcome;
  /** Place of the entry that says how it ended, where that is another one. */
  readonly outcomeIndex?: number;
  readonly endedAt?: string;
  readonly code?: string;
  readonly version?: string;
  readonly key?: string;
  readonly approval?: string;
  /** Bytes released, and where: from, to (exclusive). */
  readonly bytes?: number;
  readonly ranges?: readonly {
    readonly file: string;
    readonly ranges: readonly (readonly [number, number])[];
  }[];
  /** Where one entry stands for many: how often it was done, and how often without success. */
  readonly calls?: number;
  readonly failedCalls?: number;
  readonly severity?: 'info' | 'notice' | 'warning' | 'critical';
  readonly details?: Readonly<Record<string, string | number | boolean>>;
}

/** What to look for; all that is named must fit. */
export interface AuditQuery {
  readonly caller?: string;
  /** An action, an event, or the beginning of one with `*` at its end. */
  readonly action?: string;
  /** A resource, or the beginning of one with `*` at its end. */
  readonly resource?: string;
  readonly outcome?: AuditOutcome;
  readonly requestId?: string;
  /** An address as it was, which is masked before it is compared. */
  readonly address?: string;
  /** ISO 8601 UTC, both inclusive. */
  readonly from?: string;
  readonly to?: string;
}

/** One thing that is wrong with the log. */
export interface AuditProblem {
  readonly code: string;
  readonly message: string;
  readonly index?: number;
}

export interface AuditReport {
  readonly isSound: boolean;
  readonly origin?: string;
  /** Size and root (base64) of the checkpoint that it was verified under. */
  readonly size?: number;
  readonly root?: string;
  readonly entries: number;
  /** Those of them of which only the hash was there, because they are archived. */
  readonly archived: number;
  /** Acts whose end is not recorded. */
  readonly openActs: number;
  readonly findings: readonly AuditProblem[];
  /** Findings beyond those that are listed. */
  readonly moreFindings: number;
}

/** One tile of the log, as C2SP tlog-tiles counts them. */
export interface AuditTile {
  readonly level: number | 'entries';
  readonly index: number;
  readonly width: number;
}

export interface AuditProof {
  readonly index: number;
  /** A file of C2SP tlog-proof: verified with the key of the log alone. */
  readonly proof: string;
}

/** Where old entries of the log went. */
export interface AuditArchive {
  /** Places of the first entry in it, and of the one after the last. */
  readonly first: number;
  readonly end: number;
  /** Length of its content in bytes, and the SHA-256 of that in hex. */
  readonly bytes: number;
  readonly sha256: string;
}

/** The record of what was done, and what proves it. */
export interface AuditApi {
  /** Newest first. `before`, `after`: places in the log, exclusive. */
  search(
    input?: AuditQuery & { readonly limit?: number; readonly before?: number; readonly after?: number },
  ): Promise<readonly AuditedAct[]>;
  verify(input?: LongRunning): Promise<AuditReport>;
  /**
   * Verifier keys (C2SP signed-note), to be written down apart from the home: of the log, Ed25519 first, and the one
   * that this strongroom signs with as a witness of others.
   */
  key(): Promise<{ readonly origin: string; readonly keys: readonly string[]; readonly witness: string }>;
  /** Throws `INPUT_INVALID` for a place beyond the log, `AUDIT_ARCHIVED`. */
  prove(input: { readonly index: number }): Promise<AuditProof>;
  /** Proves that a smaller log is the beginning of this one: the body of `add-checkpoint` of C2SP tlog-witness. */
  consistency(input: { readonly size: number }): Promise<string>;
  /** The newest signed checkpoint. */
  checkpoint(): Promise<string>;
  /**
   * Tiles of the log in the order asked for, at most 64. Throws `AUDIT_ENTRY_MISSING` for one that the log does not have,
   * `AUDIT_ARCHIVED` for entries that were moved out of it, `AUDIT_DAMAGED` for a tile that it should have.
   */
  tiles(input: { readonly tiles: readonly AuditTile[] }): Promise<readonly Uint8Array[]>;
  /** Archives that entries were moved to, with the note that the log signed of each. */
  archives(): Promise<readonly (AuditArchive & { readonly note: string })[]>;
  /** Proof of an act of one's own, by the id of its request. Throws `AUDIT_ENTRY_MISSING`. */
  receipt(input: { readonly requestId: string }): Promise<AuditProof>;
  /** Logs that this strongroom is a witness of, and how far it saw each. */
  witnessed(): Promise<readonly WitnessedLog[]>;
  /** Becomes the witness of the log of a key. Throws `AUDIT_NOTE_INVALID`, `STORAGE_CONFLICT` for one that it is. */
  witness(input: { readonly key: string }): Promise<WitnessedLog>;
  /**
   * Signs a checkpoint of a log that only grew since it was seen last, and remembers it. `growth`: what `consistency` of
   * the log gave. Throws `AUDIT_ENTRY_MISSING` for a log that it is no witness of, and
   * `AUDIT_WITNESS_REFUSED` for anything that does not prove it. Answers with the line to be added to the checkpoint.
   */
  cosign(input: { readonly growth: string }): Promise<string>;
}

/** A log that is watched over for somebody else. */
export interface WitnessedLog {
  readonly origin: string;
  readonly key: string;
  readonly size: number;
  /** Base64. */
  readonly root: string;
  readonly seenAt?: string;
}
