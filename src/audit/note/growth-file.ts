import { fromBase64, toBase64, utf8Text } from '../../bytes/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import { MAX_PROOF_HASHES } from '../tree/proofs.ts';
import { HASH_BYTES } from '../tree/tree-hash.ts';
import { MAX_NOTE_BYTES } from './signed-note.ts';

/**
 * What a witness is asked with, and what proves that a log only grew: the size that was seen before, the path from
 * there, and the newer checkpoint (C2SP tlog-witness, the body of `add-checkpoint`).
 */
export interface GrowthFile {
  readonly oldSize: number;
  readonly path: readonly Uint8Array[];
  /** The newer checkpoint as a signed note. */
  readonly checkpoint: string;
}

/** The file as text. */
export function formatGrowthFile({ oldSize, path, checkpoint }: GrowthFile): string {
  return `${[`old ${oldSize}`, ...path.map((hash) => toBase64(hash))].join('\n')}\n\n${checkpoint}`;
}

/** Reads the file without verifying it. Throws `AUDIT_PROOF_INVALID`. */
export function parseGrowthFile(bytes: Uint8Array): GrowthFile {
  if (bytes.length > 2 * MAX_NOTE_BYTES) throw invalid('a proof is not that large');
  const text = utf8Text(bytes) ?? '';
  const split = text.indexOf('\n\n');
  const [first = '', ...lines] = text.slice(0, Math.max(0, split)).split('\n');
  const oldSize = Number(/^old (0|[1-9]\d{0,15})$/.exec(first)?.[1] ?? Number.NaN);
  const path = lines.map((line) => fromBase64(line)).filter((hash) => hash?.length === HASH_BYTES);
  if (!Number.isSafeInteger(oldSize) || path.length !== lines.length || path.length > MAX_PROOF_HASHES)
    throw invalid('not a proof that a log grew: old SIZE, hashes, a checkpoint');
  return {
    oldSize,
    path: path.filter((hash) => hash !== undefined),
    checkpoint: text.slice(split + 2),
  };
}

function invalid(message: string): StrongroomError {
  return new StrongroomError('AUDIT_PROOF_INVALID', message);
}
