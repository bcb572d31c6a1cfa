import { StrongroomError } from '../../errors/index.ts';
import type { NoteKey, NoteSigner } from './note-key.ts';
import { formatNote, isSignedBy, parseNote, signNote } from './signed-note.ts';

/** One file of a bundle: its path in it, and the SHA-256 of what it holds (hex). */
export interface EvidenceFile {
  readonly path: string;
  readonly sha256: string;
}

const LINE = /^([0-9a-f]{64}) {2}(\S[^\n]*)$/;

/** What a bundle of evidence consists of, signed by the keys of the log (C2SP signed-note). */
export function signEvidence(
  {
    origin,
    at,
    files,
  }: { readonly origin: string; readonly at: string; readonly files: readonly EvidenceFile[] },
  signers: readonly NoteSigner[],
): string {
  const lines = files.map(({ path, sha256 }) => `${sha256}  ${path}`);
  return formatNote(signNote([`${origin}/evidence`, at, ...lines, ''].join('\n'), signers));
}

/** Reads such a note. Throws `AUDIT_NOTE_INVALID`, and `AUDIT_SIGNATURE` where the key did not sign it. */
export function openEvidence(
  bytes: Uint8Array,
  key: NoteKey,
): { readonly at: string; readonly files: readonly EvidenceFile[] } {
  const note = parseNote(bytes);
  if (!isSignedBy(note, key)) {
    throw new StrongroomError('AUDIT_SIGNATURE', 'the evidence is not signed by this key');
  }
  const [origin, at = '', ...lines] = note.text.trimEnd().split('\n');
  if (origin !== `${key.name}/evidence`) {
    throw new StrongroomError('AUDIT_NOTE_INVALID', 'a note of the log that is no evidence');
  }
  return { at, files: lines.map(fileOf) };
}

function fileOf(line: string): EvidenceFile {
  const [, sha256, path] = LINE.exec(line) ?? [];
  if (sha256 === undefined || path === undefined) {
    throw new StrongroomError('AUDIT_NOTE_INVALID', 'a line of the evidence is no file');
  }
  return { path, sha256 };
}
