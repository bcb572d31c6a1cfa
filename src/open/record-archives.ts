import type { AuditArchive, Caller, LongRunning } from '../api/index.ts';
import type { AuditLog } from '../audit/index.ts';
import { FileSource, OutputFile } from '../storage/index.ts';
import { archiveAudit, type Gate, unarchiveAudit } from '../vault/index.ts';

/** Archives of old entries of a record, as files. */
export interface RecordArchives {
  /**
   * Moves what was recorded before a time (ISO 8601) into a new file. Throws `AUDIT_ENTRY_MISSING` when nothing is that
   * old, `STORAGE_CONFLICT`, `ACCESS_DENIED`; then nothing was moved.
   */
  create(
    input: Pick<LongRunning, 'signal'> & { readonly destination: string; readonly before: string },
  ): Promise<AuditArchive>;
  /** Brings the entries of one back. Throws `AUDIT_NOTE_INVALID`, `AUDIT_SIGNATURE`, `AUDIT_DAMAGED`, `ACCESS_DENIED`. */
  takeBack(input: { readonly path: string }): Promise<AuditArchive>;
}

/** The archives of the record of a home, for one caller. */
export function recordArchives(
  deps: { readonly gate: Gate; readonly audit: AuditLog },
  caller: Caller,
): RecordArchives {
  return {
    async create({ destination, ...input }) {
      await using file = await OutputFile.create(destination);
      await using opened = new AsyncDisposableStack();
      const publish = async () => {
        await file.commit();
        return opened.adopt(await FileSource.open(destination), (source) => source.close());
      };
      const place = { write: (chunk: Uint8Array) => file.write(chunk), publish };
      return await archiveAudit(deps, caller, { ...input, place });
    },
    async takeBack({ path }) {
      const source = await FileSource.open(path);
      try {
        return await unarchiveAudit(deps, caller, source);
      } finally {
        await source.close();
      }
    },
  };
}
