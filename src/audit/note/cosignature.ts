import { concatBytes, utf8Bytes } from '../../bytes/index.ts';
import { equalBytes, type SigningKey } from '../../crypto/index.ts';
import { type NoteKey, noteKey } from './note-key.ts';
import type { NoteSignature, SignedNote } from './signed-note.ts';

const TIME_BYTES = 8;

/**
 * What a witness says of a checkpoint: that it is consistent with all that this witness saw of the log before
 * (C2SP tlog-cosignature, `cosignature/v1`, Ed25519). `time` in seconds since 1970.
 */
export function cosign(
  text: string,
  witness: { readonly name: string; readonly key: SigningKey; readonly time: number },
): NoteSignature {
  const time = new Uint8Array(TIME_BYTES);
  new DataView(time.buffer).setBigUint64(0, BigInt(witness.time));
  const signature = witness.key.sign(messageOf(text, BigInt(witness.time)));
  return {
    name: witness.name,
    keyId: noteKey(witness.name, witness.key.publicKey, 'cosignature').id,
    signature: concatBytes(time, signature),
  };
}

/** When the witness signed, in seconds since 1970; `undefined` when it did not, or when its line does not hold. */
export function cosignedAt(note: SignedNote, witness: NoteKey): number | undefined {
  const line = note.signatures.find(
    ({ name, keyId }) => name === witness.name && equalBytes(keyId, witness.id),
  );
  if (line === undefined || line.signature.length <= TIME_BYTES) return undefined;
  const { buffer, byteOffset } = line.signature;
  const time = new DataView(buffer, byteOffset).getBigUint64(0);
  const isRight = witness.key.verify(messageOf(note.text, time), line.signature.subarray(TIME_BYTES));
  return isRight && time > 0n ? Number(time) : undefined;
}

function messageOf(text: string, time: bigint): Uint8Array {
  return utf8Bytes(`cosignature/v1\ntime ${time}\n${text}`);
}
