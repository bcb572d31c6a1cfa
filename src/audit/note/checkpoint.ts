import { fromBase64, toBase64, utf8Bytes } from '../../bytes/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import type { TreeHead } from '../tree/proofs.ts';
import { HASH_BYTES } from '../tree/tree-hash.ts';
import type { NoteKey, NoteSigner } from './note-key.ts';
import { formatNote, isSignedBy, parseNote, type SignedNote, signNote } from './signed-note.ts';

/** What a log says of itself at one moment (C2SP tlog-checkpoint): it is bound to it for good. */
export interface Checkpoint extends TreeHead {
  /** The name of the log, which its key has too. */
  readonly origin: string;
}

/** A checkpoint with the note that it was read from. */
export interface SignedCheckpoint extends Checkpoint {
  readonly note: SignedNote;
}

/** Signs a checkpoint. */
export function signCheckpoint(checkpoint: Checkpoint, signers: readonly NoteSigner[]): string {
  return formatNote(signNote(checkpointText(checkpoint), signers));
}

/** What is signed: origin, size and root, a line each. */
function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}

/** Reads a checkpoint without verifying it. Lines after the third are allowed and not read. Throws `AUDIT_NOTE_INVALID`. */
export function parseCheckpoint(bytes: Uint8Array): SignedCheckpoint {
  const note = parseNote(bytes);
  const [origin = '', sizeText = '', rootText = ''] = note.text.split('\n');
  const root = fromBase64(rootText);
  if (origin === '' || !/^(?:0|[1-9]\d{0,15})$/.test(sizeText) || root?.length !== HASH_BYTES)
    throw new StrongroomError('AUDIT_NOTE_INVALID', 'not a checkpoint: origin, size and root');
  const size = Number(sizeText);
  if (!Number.isSafeInteger(size)) throw new StrongroomError('AUDIT_NOTE_INVALID', 'the size is too large');
  return { origin, size, root, note };
}

/** Reads a checkpoint that must be of the log, and signed by its key. Throws `AUDIT_NOTE_INVALID`, `AUDIT_SIGNATURE`. */
export function openCheckpoint(text: string | Uint8Array, key: NoteKey): SignedCheckpoint {
  const checkpoint = parseCheckpoint(typeof text === 'string' ? utf8Bytes(text) : text);
  if (checkpoint.origin !== key.name || !isSignedBy(checkpoint.note, key)) {
    throw new StrongroomError('AUDIT_SIGNATURE', `the checkpoint is not signed by ${key.name}`);
  }
  return checkpoint;
}
