import { createHash } from 'node:crypto';
import type { Certificate, SigningKey } from '../../src/crypto/index.ts';
import type { FileDigest } from '../../src/signing/index.ts';

/*
 * Makes bundles, good and bad ones. Written apart from src/signing, from the description of the format, so that a
 * mistake in one is not made in the other.
 */

const MEDIA_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const PAYLOAD_TYPE = 'application/vnd.in-toto+json';

/** A file with this content. */
export function file(path: string, content: string): FileDigest {
  const bytes = Buffer.from(content);
  return { path, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** A small model. */
export const FILES: readonly FileDigest[] = [
  file('config.json', '{}'),
  file('weights/a.safetensors', 'first'),
  file('weights/b.safetensors', 'second'),
];

type Json = Record<string, unknown>;

/** A resource as a statement lists it. */
export function resource({ path, sha256 }: FileDigest): Json {
  return { name: path, algorithm: 'sha256', digest: sha256 };
}

function rootOf(resources: readonly Json[]): string {
  const hash = createHash('sha256');
  for (const { digest } of resources) hash.update(Buffer.from(String(digest), 'hex'));
  return hash.digest('hex');
}

/** What may be said otherwise in a statement; the root digest fits the resources unless it is given. */
export interface StatementChanges {
  readonly resources?: readonly Json[];
  readonly ignorePaths?: unknown;
  readonly root?: string;
  readonly subject?: unknown;
  readonly type?: string;
  readonly predicateType?: string;
  readonly serialization?: unknown;
  readonly more?: Json;
}

/** A statement over `FILES`, changed. */
export function statement(changes: StatementChanges = {}): Json {
  const resources = changes.resources ?? FILES.map(resource);
  const serialization = changes.serialization ?? {
    method: 'files',
    hash_type: 'sha256',
    allow_symlinks: false,
    ignore_paths: changes.ignorePaths ?? ['.git', '.gitignore', 'model.sig'],
  };
  return {
    _type: changes.type ?? 'https://in-toto.io/Statement/v1',
    subject: changes.subject ?? [{ name: 'model', digest: { sha256: changes.root ?? rootOf(resources) } }],
    predicateType: changes.predicateType ?? 'https://model_signing/signature/v1.0',
    predicate: { serialization, resources },
    ...changes.more,
  };
}

/** DSSE's encoding of what is signed. */
function pae(payload: Uint8Array, type = PAYLOAD_TYPE): Buffer {
  return Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${type} ${payload.length} `), payload]);
}

export interface BundleChanges {
  readonly payload?: Json | string;
  readonly payloadType?: string;
  readonly material?: Json;
  readonly mediaType?: string;
  readonly signature?: Uint8Array;
  readonly signatures?: (signature: Json) => unknown;
  readonly envelope?: Json;
  readonly more?: Json;
  /** What is signed instead of the encoding of the payload. */
  readonly signed?: (payload: Buffer) => Uint8Array;
}

/** A bundle by this key, with a signature that fits, changed. */
export function bundle(key: SigningKey, changes: BundleChanges = {}): Json {
  const given = changes.payload ?? statement();
  const payload = Buffer.from(typeof given === 'string' ? given : JSON.stringify(given));
  const payloadType = changes.payloadType ?? PAYLOAD_TYPE;
  const signature = changes.signature ?? key.sign(changes.signed?.(payload) ?? pae(payload, payloadType));
  const entry: Json = { sig: Buffer.from(signature).toString('base64'), keyid: '' };
  return {
    mediaType: changes.mediaType ?? MEDIA_TYPE,
    verificationMaterial: changes.material ?? { publicKey: { hint: key.publicKey.id }, tlogEntries: [] },
    dsseEnvelope: {
      payload: payload.toString('base64'),
      payloadType,
      signatures: changes.signatures?.(entry) ?? [entry],
      ...changes.envelope,
    },
    ...changes.more,
  };
}

/** Verification material of a chain. */
export function chainMaterial(...chain: readonly Certificate[]): Json {
  const certificates = chain.map(({ der }) => ({ rawBytes: Buffer.from(der).toString('base64') }));
  return { x509CertificateChain: { certificates }, tlogEntries: [] };
}
