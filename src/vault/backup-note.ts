import { z } from 'zod';
import { formatCanonicalJson, parseCanonicalJson, utf8Bytes, utf8Text } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';

/** A note is some hundred bytes; beyond this it is not one. */
export const MAX_BACKUP_NOTE_BYTES = 16 * 1024;

const FORMAT = 'strongroom-backup/1';

const noteSchema = z.strictObject({
  format: z.literal(FORMAT),
  vault: z.string().length(22),
  createdAt: z.iso.datetime({ precision: 3 }),
  catalogueSha256: z.string().regex(/^[0-9a-f]{64}$/),
  keyringSha256: z.string().regex(/^[0-9a-f]{64}$/),
  keyringGeneration: z.int().min(1),
  /** Verifier key of the audit log, to find damage with; absent in backups from before it. */
  auditKey: z.string().max(256).exactOptional(),
  blobs: z.int().min(0),
  bytes: z.int().min(0),
});

/** What a backup says of itself; written last, so that a folder without it is not a backup. */
export type BackupNote = Omit<z.infer<typeof noteSchema>, 'format'>;

/** The note as stored: canonical JSON. */
export function formatBackupNote(note: BackupNote): Uint8Array {
  return utf8Bytes(`${formatCanonicalJson({ format: FORMAT, ...note })}\n`);
}

/** Reads a note. Throws `BACKUP_MALFORMED`. */
export function parseBackupNote(bytes: Uint8Array): BackupNote {
  const text = utf8Text(bytes);
  const value = text?.endsWith('\n') === true ? parseCanonicalJson(text.slice(0, -1)) : undefined;
  const result = noteSchema.safeParse(value);
  if (!result.success) throw new StrongroomError('BACKUP_MALFORMED', 'the note of the backup makes no sense');
  const { format: _, ...note } = result.data;
  return note;
}
