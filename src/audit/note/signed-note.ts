import { concatBytes, fromBase64, toBase64, utf8Bytes, utf8Text } from '../../bytes/index.ts';
import { equalBytes } from '../../crypto/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import { KEY_ID_BYTES, type NoteKey, type NoteSigner, noteKey } from './note-key.ts';

/** A checkpoint with a hundred witnesses has far less; Go's reader has the same limit. */
export const MAX_NOTE_BYTES = 1_000_000;
const MAX_SIGNATURES = 100;
const MARK = '— ';
const SIGNATURE_LINE = /^— (?<name>[!-*,-~]{1,255}) (?<blob>[A-Za-z0-9+/]{8,8192}={0,2})$/;

/** One line below a note. */
export interface NoteSignature {
  readonly name: string;
  /** First four bytes of what the line holds. */
  readonly keyId: Uint8Array;
  readonly signature: Uint8Array;
}

/** Text with the signatures below it, not verified (C2SP signed-note). */
export interface SignedNote {
  /** With its last line feed: what Ed25519 keys sign. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** Signs a text that ends in a line feed with each of the keys. */
export function signNote(text: string, signers: readonly NoteSigner[]): SignedNote {
  assertText(text);
  const message = utf8Bytes(text);
  const signatures = signers.map(({ name, key }) => ({
    name,
    keyId: noteKey(name, key.publicKey).id,
    signature: key.sign(message),
  }));
  return { text, signatures };
}

/** The note as it is stored. */
export function formatNote({ text, signatures }: SignedNote): string {
  return `${text}\n${signatures.map(formatSignature).join('')}`;
}

/** One signature line, with its line feed. */
export function formatSignature({ name, keyId, signature }: NoteSignature): string {
  return `${MARK}${name} ${toBase64(concatBytes(keyId, signature))}\n`;
}

/** Reads a note; it says nothing about who signed. Throws `AUDIT_NOTE_INVALID`. */
export function parseNote(bytes: Uint8Array): SignedNote {
  if (bytes.length > MAX_NOTE_BYTES) throw invalid(`a note has at most ${MAX_NOTE_BYTES} bytes`);
  const whole = utf8Text(bytes);
  // The last blank line is what counts, as Go's reader has it.
  const split = whole?.lastIndexOf('\n\n') ?? -1;
  if (whole === undefined || split < 0 || !whole.endsWith('\n')) throw invalid('not a signed note');
  const text = whole.slice(0, split + 1);
  assertText(text);
  const lines = whole.slice(split + 2, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) throw invalid(`more than ${MAX_SIGNATURES} signatures`);
  return { text, signatures: lines.map(parseSignature) };
}

/** Reads one signature line without its line feed. Throws `AUDIT_NOTE_INVALID`. */
function parseSignature(line: string): NoteSignature {
  const groups = SIGNATURE_LINE.exec(line)?.groups;
  const blob = fromBase64(groups?.['blob'] ?? '');
  const name = groups?.['name'];
  if (name === undefined || blob === undefined || blob.length <= KEY_ID_BYTES)
    throw invalid('not a signature line');
  return { name, keyId: blob.subarray(0, KEY_ID_BYTES), signature: blob.subarray(KEY_ID_BYTES) };
}

/** Whether the note has a signature by the key that holds; one by it that does not hold spoils the note. */
export function isSignedBy(note: SignedNote, key: NoteKey): boolean {
  const message = utf8Bytes(note.text);
  const own = note.signatures.filter(({ name, keyId }) => name === key.name && equalBytes(keyId, key.id));
  return own.length > 0 && own.every(({ signature }) => key.key.verify(message, signature));
}

function assertText(text: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what the specification forbids
  if (!text.endsWith('\n') || text === '\n' || /[\0-\t\v-\x1f]/.test(text) || !text.isWellFormed())
    throw invalid('the text of a note is whole lines without control characters');
}

function invalid(message: string): StrongroomError {
  return new StrongroomError('AUDIT_NOTE_INVALID', message);
}
