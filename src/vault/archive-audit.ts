import type { AuditArchive, Caller } from '../api/index.ts';
import { type ArchivePlace, type AuditLog, archiveLog, unarchiveLog } from '../audit/index.ts';
import type { ByteSource } from '../bytes/index.ts';
import { onEverything } from './act.ts';
import type { Gate } from './gate.ts';

export interface ArchiveAuditDeps {
  readonly gate: Gate;
  readonly audit: AuditLog;
}

export interface ArchiveAuditInput {
  /** ISO 8601: what was recorded from then on stays. */
  readonly before: string;
  readonly place: ArchivePlace;
  readonly signal?: AbortSignal;
}

/** Moves old entries of the record into an archive. Throws as `archiveLog`. */
export function archiveAudit(
  { gate, audit }: ArchiveAuditDeps,
  caller: Caller,
  input: ArchiveAuditInput,
): Promise<AuditArchive> {
  return gate.pass(caller, onEverything('audit:archive', 'audit log'), () => archiveLog(audit, input));
}

/** Brings them back. Throws as `unarchiveLog`. */
export function unarchiveAudit(
  { gate, audit }: ArchiveAuditDeps,
  caller: Caller,
  source: ByteSource,
): Promise<AuditArchive> {
  return gate.pass(caller, onEverything('audit:archive', 'audit log'), () => unarchiveLog(audit, source));
}
