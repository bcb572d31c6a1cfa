import type { ByteSource } from '../../bytes/index.ts';
import { readCentralDirectory } from './central-directory.ts';
import { DEFAULT_ZIP_LIMITS } from './limits.ts';
import { findZipEnds } from './zip-end.ts';
import { ZipNotes } from './zip-notes.ts';

/** The names in the directory that most readers take; `undefined` when there is no directory. Hostile text. */
export async function readZipNames(source: ByteSource): Promise<readonly string[] | undefined> {
  const [end] = await findZipEnds(source);
  if (end === undefined) return undefined;
  const notes = new ZipNotes(DEFAULT_ZIP_LIMITS);
  const { headers } = await readCentralDirectory(source, end, { limits: DEFAULT_ZIP_LIMITS, notes });
  return headers.map(({ name }) => name);
}
