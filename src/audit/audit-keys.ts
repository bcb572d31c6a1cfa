import { concatBytes, SecretBytes } from '../bytes/index.ts';
import { SigningKey } from '../crypto/index.ts';
import { type NoteKey, type NoteSigner, noteKey } from './note/note-key.ts';

/** PKCS#8 of Ed25519 up to its seed (RFC 8410 §7). */
const ED25519_PKCS8 = Uint8Array.of(
  ...[0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20],
);
/** PKCS#8 of ML-DSA-65 up to its seed (RFC 9881 §6, the seed alone). */
const ML_DSA_65_PKCS8 = Uint8Array.of(
  ...[0x30, 0x34, 0x02, 0x01, 0x00, 0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03],
  ...[0x04, 0x03, 0x12, 0x04, 0x22, 0x80, 0x20],
);

/** Gives a secret of 32 bytes for one purpose, the same as long as the strongroom lives. */
export interface AuditSecrets {
  readonly vault: string;
  deriveKey(label: string): SecretBytes;
}

/** The keys of one log: all derived, so nothing but the keyring has to be kept. */
export interface AuditKeys extends Disposable {
  /** Name of the log and of its keys. */
  readonly origin: string;
  /** Ed25519 first, then ML-DSA-65. */
  readonly signers: readonly NoteSigner[];
  /** What verifies a checkpoint: the Ed25519 key. */
  readonly verifier: NoteKey;
  readonly quantumVerifier: NoteKey;
  /** What signs the checkpoints of other logs, as their witness. */
  readonly witness: { readonly signer: NoteSigner; readonly verifier: NoteKey };
  /** For the MACs of the write-ahead log and of the state. */
  readonly walKey: SecretBytes;
  /** For values that are recorded without being told. */
  readonly maskKey: SecretBytes;
}

/** Derives the keys of the log of a strongroom. */
export function deriveAuditKeys(secrets: AuditSecrets): AuditKeys {
  const origin = `strongroom/${secrets.vault}`;
  const ed25519 = signingKey(secrets, 'audit ed25519', ED25519_PKCS8);
  const mlDsa = signingKey(secrets, 'audit ml-dsa-65', ML_DSA_65_PKCS8);
  const witness = signingKey(secrets, 'audit witness ed25519', ED25519_PKCS8);
  const witnessName = `${origin}/witness`;
  const walKey = secrets.deriveKey('audit wal');
  const maskKey = secrets.deriveKey('audit mask');
  return {
    origin,
    signers: [ed25519, mlDsa].map((key) => ({ name: origin, key })),
    verifier: noteKey(origin, ed25519.publicKey),
    quantumVerifier: noteKey(origin, mlDsa.publicKey),
    witness: {
      signer: { name: witnessName, key: witness },
      verifier: noteKey(witnessName, witness.publicKey, 'cosignature'),
    },
    walKey,
    maskKey,
    [Symbol.dispose]: () => {
      walKey[Symbol.dispose]();
      maskKey[Symbol.dispose]();
    },
  };
}

function signingKey(secrets: AuditSecrets, label: string, prefix: Uint8Array): SigningKey {
  using seed = secrets.deriveKey(label);
  using encoded = SecretBytes.take(concatBytes(prefix, seed.expose()));
  return SigningKey.parse(encoded.expose());
}
