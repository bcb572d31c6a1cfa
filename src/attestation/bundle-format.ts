import { z } from 'zod';
import {
  type ByteSource,
  concatBytes,
  formatCanonicalJson,
  parseCanonicalJson,
  uintBytes,
  utf8Bytes,
  utf8Text,
} from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';

const MAGIC = utf8Bytes('SRBUND1\n');
const LENGTH_BYTES = 4;
/** 100,000 files with long names, and what is said about them. */
const MAX_INDEX_BYTES = 64 * 2 ** 20;
const MAX_SIGNATURE_BYTES = 16 * 1024;
/** The files of a version and a few documents beside them. */
const MAX_MEMBERS = 110_000;
const MAX_NAME_CHARS = 1100;

const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
const PREDICATE_TYPE = 'urn:strongroom:bundle:1';

const digest = z.string().regex(/^[0-9a-f]{64}$/);

const member = z.strictObject({
  name: z.string().min(1).max(MAX_NAME_CHARS),
  role: z.enum(['file', 'signature', 'manifest', 'scan', 'test-result', 'bom', 'provenance']),
  size: z.int().min(0),
  sha256: digest,
});

const indexSchema = z.strictObject({
  _type: z.literal(STATEMENT_TYPE),
  subject: z.tuple([z.strictObject({ name: z.string(), digest: z.strictObject({ sha256: digest }) })]),
  predicateType: z.literal(PREDICATE_TYPE),
  predicate: z.strictObject({
    vault: z.string(),
    createdAt: z.iso.datetime({ precision: 3 }),
    members: z.array(member).min(1).max(MAX_MEMBERS),
  }),
});

const signatureSchema = z.strictObject({
  keyId: digest,
  signature: z.base64(),
});

/** One thing in a bundle. */
export type BundleMember = z.output<typeof member>;

/** What a bundle says of itself: an in-toto statement about the model, with everything that is in it. */
export interface BundleIndex {
  /** `acme/churn@3`, as the sender calls it. */
  readonly name: string;
  /** Root digest of the model's files. */
  readonly root: string;
  /** Id of the strongroom that made it. */
  readonly vault: string;
  readonly createdAt: string;
  /** In the order in which they follow. */
  readonly members: readonly BundleMember[];
}

/** Who signed the index: DSSE over its bytes, as in-toto statements are signed. */
export interface BundleSignature {
  readonly keyId: string;
  /** Base64. */
  readonly signature: string;
}

/** What stands before the members. */
export interface BundleHead {
  readonly index: BundleIndex;
  /** The bytes that were signed. */
  readonly indexBytes: Uint8Array;
  readonly signature: BundleSignature;
  /** Where the first member begins. */
  readonly membersAt: number;
}

/** The bytes of an index, as they are signed. */
export function formatBundleIndex({ name, root, vault, createdAt, members }: BundleIndex): Uint8Array {
  return utf8Bytes(
    formatCanonicalJson({
      _type: STATEMENT_TYPE,
      subject: [{ name, digest: { sha256: root } }],
      predicateType: PREDICATE_TYPE,
      predicate: { vault, createdAt, members },
    }),
  );
}

/** What a bundle begins with (docs/spec/bundle.md §3). */
export function formatBundleHead(indexBytes: Uint8Array, signature: BundleSignature): Uint8Array {
  const signed = utf8Bytes(formatCanonicalJson(signature));
  return concatBytes(
    MAGIC,
    uintBytes(indexBytes.length, LENGTH_BYTES),
    indexBytes,
    uintBytes(signed.length, LENGTH_BYTES),
    signed,
  );
}

/**
 * Reads what a bundle begins with and holds its length against the index: nothing is missing at the end, nothing
 * follows. Who signed it is for the caller to verify. Throws `BUNDLE_MALFORMED`, `INPUT_TOO_LARGE`.
 */
export async function readBundleHead(source: ByteSource): Promise<BundleHead> {
  const magic = Uint8Array.from(await source.read(0, MAGIC.length));
  if (Buffer.compare(magic, MAGIC) !== 0) throw malformed('it does not begin as one');
  const indexBytes = await readPart(source, MAGIC.length, MAX_INDEX_BYTES);
  const signatureAt = MAGIC.length + LENGTH_BYTES + indexBytes.length;
  const signatureBytes = await readPart(source, signatureAt, MAX_SIGNATURE_BYTES);
  const membersAt = signatureAt + LENGTH_BYTES + signatureBytes.length;
  const index = parseIndex(indexBytes);
  const signature = signatureSchema.safeParse(parseCanonicalJson(utf8Text(signatureBytes) ?? ''));
  if (!signature.success) throw malformed('its signature cannot be read');
  const end = index.members.reduce((sum, { size }) => sum + size, membersAt);
  if (end !== source.size) throw malformed(`it has ${source.size} bytes and should have ${end}`);
  return { index, indexBytes, signature: signature.data, membersAt };
}

function parseIndex(bytes: Uint8Array): BundleIndex {
  const parsed = indexSchema.safeParse(parseCanonicalJson(utf8Text(bytes) ?? ''));
  if (!parsed.success) throw malformed('its index cannot be read');
  const { subject, predicate } = parsed.data;
  const names = predicate.members.map(({ name }) => name);
  if (new Set(names).size < names.length) throw malformed('a member stands in it twice');
  return { name: subject[0].name, root: subject[0].digest.sha256, ...predicate };
}

async function readPart(source: ByteSource, at: number, maxBytes: number): Promise<Uint8Array> {
  const head = Uint8Array.from(await source.read(at, LENGTH_BYTES));
  if (head.length < LENGTH_BYTES) throw malformed('it is cut off');
  const length = new DataView(head.buffer).getUint32(0);
  if (length > maxBytes) {
    throw new StrongroomError('INPUT_TOO_LARGE', `a part of the bundle has more than ${maxBytes} bytes`);
  }
  const bytes = Uint8Array.from(await source.read(at + LENGTH_BYTES, length));
  if (bytes.length < length) throw malformed('it is cut off');
  return bytes;
}

function malformed(why: string): StrongroomError {
  return new StrongroomError('BUNDLE_MALFORMED', `not a bundle of strongroom: ${why}`);
}
