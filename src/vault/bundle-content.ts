import { z } from 'zod';
import { type FileInput, parseFilePath } from '../api/index.ts';
import { type BundleHead, type BundleMember, rootDigest } from '../attestation/index.ts';
import {
  type ByteSource,
  collectBytes,
  parseCanonicalJson,
  sliceSource,
  streamSource,
  toHex,
  utf8Text,
} from '../bytes/index.ts';
import { createHasher, sha256 } from '../crypto/index.ts';
import { StrongroomError } from '../errors/index.ts';

/** A document of a bundle; the manifest of 100,000 files is the largest. */
const MAX_DOCUMENT_BYTES = 64 * 2 ** 20;
const FILE_PREFIX = 'model/';

/** What of a manifest is taken over. */
const manifestSchema = z.object({
  model: z.string(),
  version: z.int().min(1),
  createdAt: z.string(),
  files: z.array(
    z.strictObject({
      path: z.string(),
      size: z.int().min(0),
      sha256: z.string(),
      sha512: z.string().optional(),
    }),
  ),
  metadata: z.record(z.string(), z.string()),
  derivedFrom: z.strictObject({ model: z.string(), version: z.int(), relation: z.string() }).optional(),
});

const STATEMENT_ROLES: readonly BundleMember['role'][] = ['scan', 'test-result', 'provenance'];
const statementSchema = z.object({
  subject: z.tuple([z.object({ digest: z.object({ sha256: z.string() }) })]),
});

/** A member, and where its bytes are. */
export interface PlacedMember {
  readonly member: BundleMember;
  readonly source: ByteSource;
}

/** The members of a bundle, each with its bytes. */
export function placeMembers({ index, membersAt }: BundleHead, source: ByteSource): readonly PlacedMember[] {
  let start = membersAt;
  return index.members.map((member) => {
    const placed = { member, source: sliceSource(source, { start, end: start + member.size }) };
    start += member.size;
    return placed;
  });
}

/** A document of a bundle, held against its digest. */
export interface ReadDocument {
  readonly member: BundleMember;
  readonly bytes: Uint8Array;
}

/** Everything but the files of the model, each held against its digest. */
export async function readDocuments(members: readonly PlacedMember[]): Promise<readonly ReadDocument[]> {
  const documents: ReadDocument[] = [];
  for (const { member, source } of members) {
    if (member.role === 'file') continue;
    if (member.size > MAX_DOCUMENT_BYTES) {
      throw new StrongroomError('INPUT_TOO_LARGE', `a document of the bundle has ${member.size} bytes`);
    }
    const bytes = await collectBytes(streamSource(source), MAX_DOCUMENT_BYTES);
    if (toHex(sha256(bytes)) !== member.sha256) throw tampered(member.name);
    documents.push({ member, bytes });
  }
  return documents;
}

/** What of the sender's manifest is taken over. */
export type BundleManifest = z.output<typeof manifestSchema>;

/** The manifest, which must speak of the very files that the index names. */
export function readManifest({ index }: BundleHead, documents: readonly ReadDocument[]): BundleManifest {
  const [document, more] = documents.filter(({ member }) => member.role === 'manifest');
  const text = document && utf8Text(document.bytes);
  const parsed = manifestSchema.safeParse(text === undefined ? undefined : parseCanonicalJson(text));
  if (!parsed.success || more !== undefined) {
    throw new StrongroomError(
      'BUNDLE_MALFORMED',
      'not a bundle of strongroom: it has no manifest that can be read',
    );
  }
  const manifest = parsed.data;
  const files = index.members.filter(({ role }) => role === 'file');
  const listed = files.map(({ name, size, sha256: digest }) => `${name} ${size} ${digest}`).sort();
  const told = manifest.files.map((file) => `${FILE_PREFIX}${file.path} ${file.size} ${file.sha256}`).sort();
  const isSame = listed.length === told.length && listed.every((line, at) => line === told[at]);
  if (!isSame) throw tampered('manifest.json');
  if (rootDigest(manifest.files) !== index.root) throw tampered('the root digest');
  return manifest;
}

/** Statements in the bundle that speak of other content are worth nothing, whoever signed the index over them. */
export function assertStatements({ index }: BundleHead, documents: readonly ReadDocument[]): void {
  const statements = documents.filter(({ member }) => STATEMENT_ROLES.includes(member.role));
  for (const { member, bytes } of statements) {
    const parsed = statementSchema.safeParse(parseJson(bytes));
    if (!parsed.success || parsed.data.subject[0].digest.sha256 !== index.root) throw tampered(member.name);
  }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(utf8Text(bytes) ?? '');
  } catch {
    return undefined;
  }
}

/** A file of the model on its way in; reading it to its end throws `BUNDLE_TAMPERED` unless it has its digest. */
export function fileInput({ member, source }: PlacedMember): FileInput {
  if (!member.name.startsWith(FILE_PREFIX)) {
    throw new StrongroomError(
      'BUNDLE_MALFORMED',
      'not a bundle of strongroom: a file has no place in the model',
    );
  }
  return {
    path: parseFilePath(member.name.slice(FILE_PREFIX.length)),
    size: member.size,
    async *open() {
      const hasher = createHasher('sha256');
      for await (const chunk of streamSource(source)) {
        hasher.update(chunk);
        yield chunk;
      }
      // The put fails with this, and leaves nothing of what was sealed until here.
      if (toHex(hasher.digest()) !== member.sha256) throw tampered(member.name);
    },
  };
}

function tampered(what: string): StrongroomError {
  return new StrongroomError(
    'BUNDLE_TAMPERED',
    `${JSON.stringify(what)} is not what the index of the bundle names`,
  );
}
