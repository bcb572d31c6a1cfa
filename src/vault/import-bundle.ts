import { z } from 'zod';
import {
  type Caller,
  type FileInput,
  type LongRunning,
  type ModelName,
  namespaceOf,
  type PutVersionInput,
  parseFilePath,
  type Version,
} from '../api/index.ts';
import { type BundleHead, type BundleMember, readBundleHead, rootDigest } from '../attestation/index.ts';
import {
  type ByteSource,
  collectBytes,
  fromBase64,
  parseCanonicalJson,
  sliceSource,
  streamSource,
  toHex,
  utf8Text,
} from '../bytes/index.ts';
import { createHasher, sha256 } from '../crypto/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { Registry } from '../registry/index.ts';
import { assertKeyInForce, encodeForSigning, publicKeyOfRecord } from '../signing/index.ts';
import { stamp } from './deps.ts';
import type { Gate } from './gate.ts';
import { namespaceTrust } from './namespace-trust.ts';
import { type PutVersionDeps, putVersion } from './put-version.ts';
import { decideSignatures, recordOf } from './signature-trust.ts';

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

export interface ImportBundleDeps extends PutVersionDeps {
  readonly gate: Gate;
  readonly registry: PutVersionDeps['registry'] & Pick<Registry, 'listSigningKeys'>;
}

export interface ImportBundleInput
  extends LongRunning,
    Pick<PutVersionInput, 'aliases' | 'accessCode' | 'compression'> {
  readonly source: ByteSource;
  readonly model: ModelName;
  /** Keys that may sign bundles for this import, besides the signers of the namespace. They must be known here. */
  readonly trustedKeys?: readonly string[];
}

export interface ImportedBundle {
  readonly version: Version;
  /** What the sender calls it. */
  readonly name: string;
  /** The key that signed the bundle. */
  readonly keyId: string;
  /** Signatures of the model that count here, and those that were left out. */
  readonly signatures: number;
  readonly droppedSignatures: number;
}

/**
 * Takes a version over from a bundle: who signed the bundle, that nothing in it was changed, that its parts speak of
 * the same content; then it is scanned and decided over as everything that comes in is. Throws `BUNDLE_MALFORMED`,
 * `BUNDLE_TAMPERED`, `SIGNATURE_UNTRUSTED`, `SIGNATURE_INVALID`, `SIGNING_KEY_…`, and as `putVersion`.
 */
export async function importBundle(
  deps: ImportBundleDeps,
  caller: Caller,
  input: ImportBundleInput,
): Promise<ImportedBundle> {
  const { source, model } = input;
  const head = await readBundleHead(source);
  await assertSignedByTrusted(deps, head, input);
  const members = placeMembers(head, source);
  const documents = await readDocuments(members);
  const manifest = readManifest(head, documents);
  assertStatements(head, documents);
  const signatures = documents.filter(({ member }) => member.role === 'signature');
  const counted = await countedSignatures(deps, {
    model,
    files: manifest.files,
    signatures: signatures.map(({ bytes }) => bytes),
  });
  const version = await putVersion(deps, caller, {
    model,
    files: members.filter(({ member }) => member.role === 'file').map(fileInput),
    metadata: { ...manifest.metadata, 'imported.from': head.index.name, 'imported.vault': head.index.vault },
    ...(counted.length === 0 ? {} : { signatures: counted }),
    ...pickPutInput(input),
  });
  return {
    version,
    name: head.index.name,
    keyId: head.signature.keyId,
    signatures: counted.length,
    droppedSignatures: signatures.length - counted.length,
  };
}

async function assertSignedByTrusted(
  deps: ImportBundleDeps,
  { indexBytes, signature }: BundleHead,
  { model, trustedKeys = [] }: ImportBundleInput,
): Promise<void> {
  const policy = await namespaceTrust(deps, namespaceOf(model));
  const trusted = new Set([...policy.signers.flatMap(({ keys }) => keys), ...trustedKeys]);
  const stored = (await deps.registry.listSigningKeys()).find(({ id }) => id === signature.keyId);
  if (stored === undefined || !trusted.has(signature.keyId)) {
    throw new StrongroomError(
      'SIGNATURE_UNTRUSTED',
      `the bundle is signed with the key ${signature.keyId}, which is not trusted`,
      {
        hint: 'after you made sure whose it is: strongroom trust keys import, then import-bundle --trust-key',
      },
    );
  }
  const record = recordOf(stored);
  assertKeyInForce(record, deps.clock.now());
  const bytes = fromBase64(signature.signature);
  if (bytes !== undefined && publicKeyOfRecord(record).verify(encodeForSigning(indexBytes), bytes)) return;
  throw new StrongroomError(
    'SIGNATURE_INVALID',
    'the bundle was changed, or not signed with the key that it names',
  );
}

interface PlacedMember {
  readonly member: BundleMember;
  readonly source: ByteSource;
}

function placeMembers({ index, membersAt }: BundleHead, source: ByteSource): readonly PlacedMember[] {
  let start = membersAt;
  return index.members.map((member) => {
    const placed = { member, source: sliceSource(source, { start, end: start + member.size }) };
    start += member.size;
    return placed;
  });
}

interface ReadDocument {
  readonly member: BundleMember;
  readonly bytes: Uint8Array;
}

/** Everything but the files of the model, each held against its digest. */
async function readDocuments(members: readonly PlacedMember[]): Promise<readonly ReadDocument[]> {
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

type Manifest = z.output<typeof manifestSchema>;

/** The manifest, which must speak of the very files that the index names. */
function readManifest({ index }: BundleHead, documents: readonly ReadDocument[]): Manifest {
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
function assertStatements({ index }: BundleHead, documents: readonly ReadDocument[]): void {
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

/** A model on its way in, and who signed it elsewhere. */
interface SignedModel {
  readonly model: ModelName;
  readonly files: Manifest['files'];
  readonly signatures: readonly Uint8Array[];
}

/** Signatures that count here; what the sender's policy counted says nothing about ours. */
async function countedSignatures(
  deps: ImportBundleDeps,
  { model, files, signatures }: SignedModel,
): Promise<readonly Uint8Array[]> {
  const decision = decideSignatures({
    policy: await namespaceTrust(deps, namespaceOf(model)),
    keys: await deps.registry.listSigningKeys(),
    files,
    signatures: signatures.map((content, at) => ({ id: String(at), content, addedAt: stamp(deps.clock) })),
  });
  const accepted = new Set(decision.accepted.map(({ signature }) => signature));
  return signatures.filter((_signature, at) => accepted.has(String(at)));
}

function fileInput({ member, source }: PlacedMember): FileInput {
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

function pickPutInput({ aliases, accessCode, compression, onProgress, signal }: ImportBundleInput) {
  return {
    ...(aliases && { aliases }),
    ...(accessCode && { accessCode }),
    ...(compression && { compression }),
    ...(onProgress && { onProgress }),
    ...(signal && { signal }),
  };
}

function tampered(what: string): StrongroomError {
  return new StrongroomError(
    'BUNDLE_TAMPERED',
    `${JSON.stringify(what)} is not what the index of the bundle names`,
  );
}
