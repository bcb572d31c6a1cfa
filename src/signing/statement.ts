import { z } from 'zod';
import { fromHex, toHex, utf8Bytes } from '../bytes/index.ts';
import { createHasher } from '../crypto/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { outdatedSignature, type ParseBundleOptions } from './bundle.ts';
import { MAX_IGNORE_PATHS, MAX_RESOURCES } from './limits.ts';
import { findNameFault, isPlainPath, SINGLE_FILE_NAME } from './resource-names.ts';
import { malformedSignature, parseSignatureJson } from './signature-json.ts';

const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
const PREDICATE_TYPE = 'https://model_signing/signature/v1.0';
/** What model_signing 0.2 wrote: the files are the subjects. */
const OLD_PREDICATE_TYPE = 'https://model_signing/Digests/v0.1';

/** One signed file. */
export interface Resource {
  /** A path inside the model, or `.` when the model is this one file. */
  readonly name: string;
  readonly sha256: string;
}

/** What was signed (docs/spec/signing.md §3). */
export interface SignedStatement {
  /** What the signer called the model; hostile text that decides nothing. */
  readonly name: string;
  /** SHA-256 over the digests of the resources in their order, lower-case hex. */
  readonly root: string;
  readonly resources: readonly Resource[];
  /** What the signer says was left out. A claim: the verifier decides what may be. */
  readonly ignorePaths: readonly string[];
  readonly format: 'signature/v1.0' | 'digests/v0.1';
}

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const subject = z.object({ name: z.string().optional(), digest: z.object({ sha256: digest }) });
const ignorePath = z.string().refine((path) => isPlainPath(path));

/** Members that are not named here are passed over, as the format's own description asks of a reader. */
const statementSchema = z.object({
  _type: z.literal(STATEMENT_TYPE),
  subject: z.tuple([subject]),
  predicateType: z.literal(PREDICATE_TYPE),
  predicate: z.object({
    serialization: z.object({
      method: z.string(),
      hash_type: z.string(),
      allow_symlinks: z.boolean().optional(),
      ignore_paths: z.array(ignorePath).max(MAX_IGNORE_PATHS).optional(),
    }),
    resources: z
      .array(z.object({ name: z.string(), algorithm: z.string(), digest: z.string() }))
      .min(1)
      .max(MAX_RESOURCES),
  }),
});

const oldStatementSchema = z.object({
  _type: z.literal(STATEMENT_TYPE),
  predicateType: z.literal(OLD_PREDICATE_TYPE),
  subject: z
    .array(z.object({ name: z.string(), digest: z.object({ sha256: digest }) }))
    .min(1)
    .max(MAX_RESOURCES),
});

/**
 * Reads a statement whose signature was verified. Throws `SIGNATURE_MALFORMED` (also when root digest and resources do
 * not agree, or a name leads out of the model), `SIGNATURE_UNSUPPORTED` for other digests than SHA-256 of whole files,
 * `SIGNATURE_OUTDATED` for the old predicate unless it is allowed.
 */
export function parseStatement(payload: Uint8Array, options: ParseBundleOptions = {}): SignedStatement {
  const json = parseSignatureJson(payload);
  const old = oldStatementSchema.safeParse(json);
  if (old.success) {
    if (options.allowOldFormats !== true) throw outdatedSignature('the statement');
    return readOldStatement(old.data);
  }
  const parsed = statementSchema.safeParse(json);
  if (!parsed.success) {
    const place = parsed.error.issues[0]?.path.filter((part) => typeof part !== 'symbol').join('.') ?? '';
    throw malformedSignature(`unexpected in the statement at ${JSON.stringify(place.slice(0, 80))}`);
  }
  const { predicate, subject: subjects } = parsed.data;
  const { method, hash_type: hashType, ignore_paths: ignorePaths = [] } = predicate.serialization;
  const resources = predicate.resources.map(({ name, algorithm, digest: sha256 }) => ({
    name,
    algorithm,
    sha256,
  }));
  if (
    method !== 'files' ||
    hashType !== 'sha256' ||
    resources.some(({ algorithm }) => algorithm !== 'sha256')
  ) {
    throw new StrongroomError('SIGNATURE_UNSUPPORTED', 'it is not over the SHA-256 of whole files');
  }
  if (!resources.every(({ sha256 }) => digest.safeParse(sha256).success))
    throw malformedSignature('a digest is none');
  const root = subjects[0].digest.sha256;
  if (rootOf(resources) !== root) throw malformedSignature('its root digest is not that of its files');
  assertNames(resources);
  return { name: subjects[0].name ?? '', root, resources, ignorePaths, format: 'signature/v1.0' };
}

function readOldStatement({ subject: subjects }: z.output<typeof oldStatementSchema>): SignedStatement {
  const resources = subjects.map(({ name, digest: { sha256 } }) => ({ name, sha256 }));
  assertNames(resources);
  return { name: '', root: rootOf(resources), resources, ignorePaths: [], format: 'digests/v0.1' };
}

function assertNames(resources: readonly Resource[]): void {
  if (resources.length === 1 && resources[0]?.name === SINGLE_FILE_NAME) return;
  const fault = findNameFault(resources.map(({ name }) => name));
  if (fault !== undefined) throw malformedSignature(fault);
}

/** The root digest of files: SHA-256 over their raw digests in the order given, lower-case hex. */
export function rootOf(resources: readonly Resource[]): string {
  const hasher = createHasher('sha256');
  for (const { sha256 } of resources) hasher.update(fromHex(sha256) ?? new Uint8Array());
  return toHex(hasher.digest());
}

/** A statement's bytes, as they are signed. */
export function formatStatement(
  statement: Pick<SignedStatement, 'name' | 'resources' | 'ignorePaths'>,
): Uint8Array {
  const { name, resources, ignorePaths } = statement;
  return utf8Bytes(
    JSON.stringify({
      _type: STATEMENT_TYPE,
      subject: [{ name, digest: { sha256: rootOf(resources) } }],
      predicateType: PREDICATE_TYPE,
      predicate: {
        serialization: {
          method: 'files',
          hash_type: 'sha256',
          allow_symlinks: false,
          ignore_paths: ignorePaths,
        },
        resources: resources.map(({ name: path, sha256 }) => ({
          name: path,
          algorithm: 'sha256',
          digest: sha256,
        })),
      },
    }),
  );
}
