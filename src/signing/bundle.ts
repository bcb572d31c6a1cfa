import { z } from 'zod';
import { fromBase64, toBase64, utf8Bytes } from '../bytes/index.ts';
import { MAX_CERTIFICATE_BYTES } from '../crypto/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { PAYLOAD_TYPE } from './dsse.ts';
import { MAX_CHAIN_LENGTH, MAX_SIGNATURE_BYTES } from './limits.ts';
import { malformedSignature, parseSignatureJson } from './signature-json.ts';

const MEDIA_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
/** ML-DSA-65 has 3,309 bytes; nothing of ours is longer. */
const MAX_RAW_SIGNATURE_BYTES = 4096;

/** Who a bundle says has signed it; to be believed only when the signature verifies with a key that is trusted. */
export type SignedBy =
  | { readonly kind: 'key'; readonly hint: string }
  /** As model_signing up to 1.0 wrote it: the key itself, as PEM. */
  | { readonly kind: 'old-key'; readonly pem: Uint8Array }
  /** Certificates as DER, the signer's first. */
  | { readonly kind: 'certificates'; readonly chain: readonly Uint8Array[] };

/** What we write of it. */
export type NewSignedBy = Exclude<SignedBy, { kind: 'old-key' }>;

/** A signature bundle taken apart (docs/spec/signing.md §2). */
export interface SignatureBundle {
  readonly signedBy: SignedBy;
  /** The in-toto statement, exactly the bytes that were signed. */
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}

const HEX_256 = /^[0-9a-f]{64}$/;
const base64 = z.string().transform((text, context) => {
  const bytes = fromBase64(text);
  if (bytes !== undefined) return bytes;
  context.addIssue({ code: 'custom', message: 'not base64' });
  return z.NEVER;
});

const keyed = z.strictObject({
  publicKey: z.strictObject({
    hint: z.string().regex(HEX_256).optional(),
    rawBytes: base64.optional(),
    keyDetails: z.string().optional(),
  }),
  tlogEntries: z.tuple([]).optional(),
});

const certified = z.strictObject({
  x509CertificateChain: z.strictObject({
    certificates: z
      .array(z.strictObject({ rawBytes: base64.refine((der) => der.length <= MAX_CERTIFICATE_BYTES) }))
      .min(1)
      .max(MAX_CHAIN_LENGTH),
  }),
  tlogEntries: z.tuple([]).optional(),
});

const bundleSchema = z.strictObject({
  mediaType: z.literal(MEDIA_TYPE),
  verificationMaterial: z.union([keyed, certified]),
  dsseEnvelope: z.strictObject({
    payload: base64,
    payloadType: z.literal(PAYLOAD_TYPE),
    signatures: z.tuple([
      z.strictObject({
        sig: base64.refine((bytes) => bytes.length <= MAX_RAW_SIGNATURE_BYTES),
        keyid: z.string().nullish(),
      }),
    ]),
  }),
});

type ParsedBundle = z.output<typeof bundleSchema>;

export interface ParseBundleOptions {
  /** Reads also what model_signing before 1.1 wrote. */
  readonly allowOldFormats?: boolean;
}

/**
 * Takes a bundle apart: exactly the members that a bundle with a key or with certificates has, each once, base64 in
 * its one spelling, one signature. Throws `SIGNATURE_MALFORMED`, `INPUT_TOO_LARGE`, `SIGNATURE_UNSUPPORTED` for the
 * keyless kind, and `SIGNATURE_OUTDATED` for old forms unless they are allowed.
 */
export function parseBundle(bytes: Uint8Array, options: ParseBundleOptions = {}): SignatureBundle {
  if (bytes.length > MAX_SIGNATURE_BYTES) {
    throw new StrongroomError('INPUT_TOO_LARGE', `a signature has at most ${MAX_SIGNATURE_BYTES} bytes`);
  }
  const json = parseSignatureJson(bytes);
  refuseKeyless(json);
  const parsed = bundleSchema.safeParse(json);
  // What zod reports quotes the file; the place alone is enough and safe.
  if (!parsed.success) throw malformedSignature(`unexpected at ${placeOf(parsed.error)}`);
  const { verificationMaterial: material, dsseEnvelope: envelope } = parsed.data;
  const signedBy = signerOf(material);
  const isOld = signedBy.kind === 'old-key' || material.tlogEntries === undefined;
  if (isOld && options.allowOldFormats !== true) throw outdatedSignature('the bundle');
  const [signature] = envelope.signatures;
  assertKeyId(signature.keyid, signedBy);
  return { signedBy, payload: envelope.payload, signature: signature.sig };
}

/** The error for what is read only where old formats are allowed. */
export function outdatedSignature(what: string): StrongroomError {
  return new StrongroomError('SIGNATURE_OUTDATED', `${what} has a form that model_signing wrote before 1.1`);
}

function placeOf(error: z.ZodError): string {
  const path = error.issues[0]?.path.filter((part) => typeof part !== 'symbol') ?? [];
  return path.length === 0 ? 'the top' : JSON.stringify(path.join('.').slice(0, 80));
}

/** Keyless bundles are well formed; saying that they are broken would mislead. */
function refuseKeyless(json: unknown): void {
  const material = z.object({ verificationMaterial: z.object({ certificate: z.unknown() }) }).safeParse(json);
  if (!material.success || material.data.verificationMaterial.certificate === undefined) return;
  throw new StrongroomError(
    'SIGNATURE_UNSUPPORTED',
    'the bundle is signed without a key, by way of a public log',
  );
}

function signerOf(material: ParsedBundle['verificationMaterial']): SignedBy {
  if ('x509CertificateChain' in material) {
    const { certificates } = material.x509CertificateChain;
    return { kind: 'certificates', chain: certificates.map(({ rawBytes }) => rawBytes) };
  }
  const { hint, rawBytes, keyDetails } = material.publicKey;
  if (hint !== undefined && rawBytes === undefined && keyDetails === undefined) return { kind: 'key', hint };
  if (hint === undefined && rawBytes !== undefined) return { kind: 'old-key', pem: rawBytes };
  throw malformedSignature('it does not name one key');
}

/** model_signing leaves the id empty or out; others repeat the hint in it. Anything else would name another key. */
function assertKeyId(keyId: string | null | undefined, signedBy: SignedBy): void {
  const isEmpty = keyId === undefined || keyId === null || keyId === '';
  if (isEmpty || (signedBy.kind === 'key' && keyId === signedBy.hint)) return;
  throw malformedSignature('it names two keys');
}

/** A bundle as model_signing 1.1 reads it. */
export function formatBundle(bundle: {
  readonly signedBy: NewSignedBy;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}): Uint8Array {
  const { signedBy, payload, signature } = bundle;
  const material =
    signedBy.kind === 'key'
      ? { publicKey: { hint: signedBy.hint } }
      : {
          x509CertificateChain: { certificates: signedBy.chain.map((der) => ({ rawBytes: toBase64(der) })) },
        };
  return utf8Bytes(
    JSON.stringify({
      mediaType: MEDIA_TYPE,
      verificationMaterial: { ...material, tlogEntries: [] },
      dsseEnvelope: {
        payload: toBase64(payload),
        payloadType: PAYLOAD_TYPE,
        signatures: [{ sig: toBase64(signature), keyid: '' }],
      },
    }),
  );
}
