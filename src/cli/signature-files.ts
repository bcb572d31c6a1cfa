import { collectBytes } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { MAX_SIGNATURE_BYTES } from '../signing/index.ts';
import type { Session } from './session.ts';
import { escapeText } from './terminal.ts';

/** The signature files that were named, whole; they are public. Throws as reading a file does. */
export async function readSignatures(
  session: Session,
  paths: readonly string[] | undefined,
): Promise<readonly Uint8Array[] | undefined> {
  if (paths === undefined) return undefined;
  return await Promise.all(paths.map((path) => readPublicFile(session, path, MAX_SIGNATURE_BYTES)));
}

/** A small file that is no secret. Throws `STORAGE_MISSING`, `INPUT_TOO_LARGE`. */
export async function readPublicFile(session: Session, path: string, maxBytes: number): Promise<Uint8Array> {
  const [file, more] = await session.context.operations.readInputs([path]);
  if (file === undefined || more !== undefined) {
    throw new StrongroomError('INPUT_INVALID', `${escapeText(path)} is not one file`);
  }
  return await collectBytes(file.open(), maxBytes);
}
