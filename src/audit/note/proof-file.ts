import { fromBase64, toBase64, utf8Bytes, utf8Text } from '../../bytes/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import { MAX_PROOF_HASHES, verifyInclusion } from '../tree/proofs.ts';
import { HASH_BYTES, leafHash } from '../tree/tree-hash.ts';
import { openCheckpoint, type SignedCheckpoint } from './checkpoint.ts';
import type { NoteKey } from './note-key.ts';
import { MAX_NOTE_BYTES } from './signed-note.ts';

const FIRST_LINE = 'c2sp.org/tlog-proof@v1';

/** A proof that an entry is in a log, to be checked without it (C2SP tlog-proof). */
export interface InclusionFile {
  readonly index: number;
  readonly path: readonly Uint8Array[];
  /** The checkpoint as a signed note. */
  readonly checkpoint: string;
  /** Ours is the entry itself, so that the file says what it proves. */
  readonly extra?: Uint8Array;
}

/** The file as text. */
export function formatInclusionFile({ index, path, checkpoint, extra }: InclusionFile): string {
  const lines = [
    FIRST_LINE,
    ...(extra === undefined ? [] : [`extra ${toBase64(extra)}`]),
    `index ${index}`,
    ...path.map((hash) => toBase64(hash)),
  ];
  return `${lines.join('\n')}\n\n${checkpoint}`;
}

/** Reads the file without verifying it. Throws `AUDIT_PROOF_INVALID`. */
export function parseInclusionFile(bytes: Uint8Array): InclusionFile {
  if (bytes.length > 2 * MAX_NOTE_BYTES) throw invalid('a proof is not that large');
  const text = utf8Text(bytes) ?? '';
  const split = text.indexOf('\n\n');
  const [first, ...lines] = text.slice(0, Math.max(0, split)).split('\n');
  if (first !== FIRST_LINE) throw invalid(`a proof begins with ${FIRST_LINE}`);
  const extra = lines[0]?.startsWith('extra ') ? fromBase64(lines.shift()?.slice(6) ?? '') : undefined;
  const index = /^index (0|[1-9]\d{0,15})$/.exec(lines.shift() ?? '')?.[1];
  const path = lines.map((line) => fromBase64(line));
  const isWhole = path.every((hash) => hash?.length === HASH_BYTES);
  if (index === undefined || !isWhole || path.length > MAX_PROOF_HASHES)
    throw invalid('the proof is damaged');
  return {
    index: Number(index),
    path: path.filter((hash) => hash !== undefined),
    checkpoint: text.slice(split + 2),
    ...(extra === undefined ? {} : { extra }),
  };
}

/**
 * What the file proves: that its entry stands at its place in the log of the key. Throws `AUDIT_PROOF_INVALID`,
 * `AUDIT_NOTE_INVALID`, `AUDIT_SIGNATURE`.
 */
export function verifyInclusionFile(
  file: InclusionFile,
  key: NoteKey,
): { readonly entry: Uint8Array; readonly index: number; readonly checkpoint: SignedCheckpoint } {
  const checkpoint = openCheckpoint(utf8Bytes(file.checkpoint), key);
  const entry = file.extra;
  if (entry === undefined) throw invalid('the proof does not say of what');
  if (!verifyInclusion({ leaf: leafHash(entry), index: file.index }, checkpoint, file.path))
    throw invalid('the path does not lead to the root');
  return { entry, index: file.index, checkpoint };
}

function invalid(message: string): StrongroomError {
  return new StrongroomError('AUDIT_PROOF_INVALID', message);
}
