import type { BackupReport, LongRunning } from '../api/index.ts';
import { assertNotAborted } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { BlobStore } from '../storage/index.ts';
import { parseBackupNote } from './backup-note.ts';
import { copyBlob } from './copy-blob.ts';

/** A backup, read from any ground. */
export interface BackupSource {
  readonly blobs: Pick<BlobStore, 'header' | 'open' | 'list'>;
  /** The note; `undefined` where there is none. */
  readNote(): Promise<Uint8Array | undefined>;
}

/** A home that is being made. */
export interface RestoreTarget {
  readonly blobs: Pick<BlobStore, 'create'>;
  /** Copies the catalogue; answers with its SHA-256, hex. */
  copyCatalogue(): Promise<string>;
  /** Copies the sealed keyring; answers with the SHA-256 of the copy, hex. */
  copyKeys(): Promise<string>;
  /** Copies the audit log and verifies it with its key (C2SP signed-note). Throws `BACKUP_MALFORMED`. */
  copyAudit(key: string): Promise<void>;
  /** Marks the folder as the home of this vault. */
  writeHomeNote(vault: string): Promise<void>;
}

export interface RestoreHomeInput extends LongRunning {
  readonly source: BackupSource;
  readonly target: RestoreTarget;
}

/**
 * Makes a home out of a backup. It needs no key: digests find damage, and what a forger changed is found when the
 * home is unsealed and its rows and headers are checked. Throws `BACKUP_MISSING`, `BACKUP_MALFORMED`, and what
 * copying throws.
 */
export async function restoreHome({
  source,
  target,
  signal,
  onProgress,
}: RestoreHomeInput): Promise<BackupReport> {
  const bytes = await source.readNote();
  if (bytes === undefined) throw new StrongroomError('BACKUP_MISSING', 'there is no backup here');
  const note = parseBackupNote(bytes);
  if ((await target.copyCatalogue()) !== note.catalogueSha256) {
    throw new StrongroomError(
      'BACKUP_MALFORMED',
      'the catalogue in the backup is not the one that was saved',
    );
  }
  if ((await target.copyKeys()) !== note.keyringSha256) {
    throw new StrongroomError('BACKUP_MALFORMED', 'the keyring in the backup is not the one that was saved');
  }
  // A backup from before the audit log has none.
  if (note.auditKey !== undefined) await target.copyAudit(note.auditKey);
  let blobs = 0;
  let done = 0;
  for await (const blob of source.blobs.list()) {
    assertNotAborted(signal);
    done += await copyBlob({ from: source.blobs, to: target.blobs }, blob, signal);
    blobs++;
    onProgress?.({ phase: 'restore', done, total: note.bytes, unit: 'bytes' });
  }
  if (blobs !== note.blobs) {
    throw new StrongroomError(
      'BACKUP_MALFORMED',
      `the backup holds ${blobs} blobs and should hold ${note.blobs}`,
    );
  }
  await target.writeHomeNote(note.vault);
  return { blobs, bytes: done };
}
