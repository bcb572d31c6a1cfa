import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import type { Folder } from '../storage/index.ts';
import { MAX_NOTE_BYTES } from './note/signed-note.ts';

export const CHECKPOINT_FILE = 'checkpoint';

/** The checkpoint as it is stored. Throws `AUDIT_DAMAGED` when there is none. */
export async function readCheckpoint(base: Folder): Promise<Uint8Array> {
  try {
    return await base.readFile(CHECKPOINT_FILE, MAX_NOTE_BYTES);
  } catch (error) {
    if (!isStrongroomError(error, 'STORAGE_MISSING')) throw error;
    throw new StrongroomError('AUDIT_DAMAGED', 'the audit log has no checkpoint');
  }
}
