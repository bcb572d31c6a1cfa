import { promisify } from 'node:util';
import { inflate, unzip } from 'node:zlib';
import { type Passphrase, type SecretBytes, toHex, utf8Bytes } from '../../bytes/index.ts';
import { equalBytes, hash, verifyPasswordHash } from '../../crypto/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import {
  completeValue,
  type DictValue,
  isPlainDict,
  joblibDataAfter,
  type PickleValue,
  type PlainDict,
  type PlainValue,
  plainPickleValue,
  readPickleBytes,
  readPlainPickle,
} from '../../formats/index.ts';
import { openFernet } from './fernet.ts';
import { accessRuleOf, binaryField, fieldOf } from './legacy-fields.ts';
import { flattenMetadata, type LegacyMetadata, metricsOf } from './legacy-metadata.ts';

// What the Python class `SecureModelManager` writes. Encrypted: a pickled dict with `encrypted_data` (a Fernet token of
// a pickled package), `checksum` (SHA-512) and metadata. Not encrypted: the pickled package itself, compressed by
// joblib. The package is a dict with `model` and what is known about it. Nothing of it is ever executed.

/** Longest file that is read, and longest content of a compressed one, in bytes: the format needs it in memory. */
export const MAX_LEGACY_BYTES = 1 << 29;
/** A package is read to its end to see whether it asks for an access code, and models have many small parts. */
const PACKAGE_LIMITS = { maxOperations: 10_000_000, maxMemo: 4_000_000 } as const;
/** Fields of which a package has one. */
const MODEL_FIELDS = ['model', 'quantized_data'];
/** Fields that are no metadata. */
const CONTENT_FIELDS = [
  'model',
  'quantized_data',
  'encrypted_data',
  'data',
  'checksum',
  'access_control',
  'access',
];
const CHECKSUM_HASHES = { 32: 'sha256', 64: 'sha512' } as const;

/** What opens a package. */
export interface LegacyAccess {
  /** Fernet key (32 bytes), given or derived; needed for encrypted packages only. */
  readonly key?: SecretBytes;
  /** Asked for when the package has access control. */
  readonly accessCode?: Passphrase;
}

/** The checksum that a package carried, and what it turned out to be of. */
export interface LegacyChecksum {
  readonly algorithm: 'sha256' | 'sha512';
  readonly of: 'model' | 'encrypted data';
  /** Hexadecimal. */
  readonly digest: string;
}

/** A package, opened and verified. */
export interface LegacyPackage {
  readonly isEncrypted: boolean;
  /** The pickle that was inside, byte for byte: what Python would have loaded. Scan it before anything loads it. */
  readonly pickle: Uint8Array;
  /** `model_name`, when it has one. */
  readonly name: string | undefined;
  readonly metrics: Readonly<Record<string, number>>;
  readonly metadata: LegacyMetadata;
  /** ISO 8601, from its own time stamp or that of the token. */
  readonly createdAt: string | undefined;
  /** `undefined` when the package has none: then only the token's own authentication stands for it. */
  readonly checksum: LegacyChecksum | undefined;
  /** Whether an access code was asked for, and was right. */
  readonly hadAccessCode: boolean;
}

/**
 * Opens a package of the Python class `SecureModelManager`. Throws `FORMAT_MALFORMED` when it is none, `FORMAT_UNSAFE`
 * when its outer dict would run code, `KEY_REFUSED` for a wrong key or access code, `ACCESS_CODE_REQUIRED`,
 * `CONTAINER_TAMPERED` when the checksum does not fit, `FORMAT_LIMIT` and `CONTAINER_LIMIT`.
 */
export async function openLegacyPackage(file: Uint8Array, access: LegacyAccess): Promise<LegacyPackage> {
  if (file.length > MAX_LEGACY_BYTES)
    throw new StrongroomError('FORMAT_LIMIT', `a package of more than ${MAX_LEGACY_BYTES} bytes`);
  const pickle = await decompress(file);
  const outer = topDict(pickle);
  if (outer !== undefined && entryOf(outer, 'encrypted_data') !== undefined)
    return openEncrypted(readPlainPickle(pickle) as PlainDict, access);
  if (outer === undefined || MODEL_FIELDS.every((name) => entryOf(outer, name) === undefined))
    throw new StrongroomError('FORMAT_MALFORMED', 'not a package of SecureModelManager', {
      hint: 'put takes any other file as it is',
    });
  const inner = plainFieldsOf(outer);
  const hadAccessCode = await checkAccess(withMetadata([inner]), access);
  return { ...describe([inner], undefined), isEncrypted: false, pickle, checksum: undefined, hadAccessCode };
}

async function openEncrypted(outer: PlainDict, access: LegacyAccess): Promise<LegacyPackage> {
  const token = outer.get('encrypted_data');
  const tokenBytes = typeof token === 'string' ? utf8Bytes(token) : token;
  if (!(tokenBytes instanceof Uint8Array))
    throw new StrongroomError('FORMAT_MALFORMED', 'encrypted_data of the package is not a token');
  if (access.key === undefined)
    throw new StrongroomError('KEY_REFUSED', 'the package is encrypted, and no fernet key was given');
  const { plaintext, createdAt } = openFernet(tokenBytes, access.key);
  const checksum = verifyChecksum(outer.get('checksum'), { model: plaintext, 'encrypted data': tokenBytes });
  const top = topDict(plaintext);
  const fields = [...(top === undefined ? [] : [plainFieldsOf(top)]), { dict: outer, skipped: [] }];
  const hadAccessCode = await checkAccess(withMetadata(fields), access);
  return { ...describe(fields, createdAt), isEncrypted: true, pickle: plaintext, checksum, hadAccessCode };
}

/** joblib's compression and plain zlib or gzip; whatever is not compressed stays as it is. */
async function decompress(file: Uint8Array): Promise<Uint8Array> {
  const [first = 0, second = 0] = file;
  const isZlib = first === 0x78 && ((first << 8) | second) % 31 === 0;
  const isGzip = first === 0x1f && second === 0x8b;
  if (!isZlib && !isGzip) return file;
  try {
    const options = { maxOutputLength: MAX_LEGACY_BYTES };
    const unpacked = await (isZlib ? promisify(inflate)(file, options) : promisify(unzip)(file, options));
    return new Uint8Array(unpacked.buffer, unpacked.byteOffset, unpacked.length);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE')
      throw new StrongroomError('FORMAT_LIMIT', `the package unpacks to more than ${MAX_LEGACY_BYTES} bytes`);
    throw new StrongroomError('FORMAT_MALFORMED', 'the compressed package is damaged', { cause });
  }
}

/** The dict that a pickle builds; `undefined` when it builds something else. */
function topDict(pickle: Uint8Array): DictValue | undefined {
  // A package that cannot be followed to its end may hide an access rule, so it fails here.
  const value = completeValue(
    readPickleBytes(pickle, { limits: PACKAGE_LIMITS, dataAfter: joblibDataAfter }),
  );
  return value.kind === 'dict' ? value : undefined;
}

function entryOf(dict: DictValue, name: string): PickleValue | undefined {
  return dict.entries.findLast(([key]) => key.kind === 'str' && key.text === name)?.[1];
}

interface PlainFields {
  readonly dict: PlainDict;
  /** Names of the fields that are not plain data. */
  readonly skipped: readonly string[];
}

/** Everything about a model but the model. The access rule must be plain data; other fields may be left out. */
function plainFieldsOf(dict: DictValue): PlainFields {
  const fields = new Map<string, PlainValue>();
  const skipped: string[] = [];
  for (const [key, value] of dict.entries) {
    if (key.kind !== 'str' || key.text === undefined || MODEL_FIELDS.includes(key.text)) continue;
    const isRule = /access|password|salt/.test(key.text);
    const plain = isRule ? plainPickleValue(value) : plainOrNothing(value);
    if (plain === undefined) skipped.push(key.text);
    else fields.set(key.text, plain);
  }
  return { dict: fields, skipped };
}

function plainOrNothing(value: PickleValue): PlainValue | undefined {
  try {
    return plainPickleValue(value);
  } catch {
    // Objects of Python (an enum in the configuration, say) have no plain form; the pickle itself keeps them.
    return undefined;
  }
}

/** Where a field may be: in a dict itself, or in its `metadata`. */
function withMetadata(fields: readonly PlainFields[]): readonly PlainDict[] {
  return fields.flatMap(({ dict }) => [dict, dict.get('metadata')]).filter((dict) => isPlainDict(dict));
}

function verifyChecksum(
  field: PlainValue | undefined,
  content: Readonly<Record<LegacyChecksum['of'], Uint8Array>>,
): LegacyChecksum | undefined {
  if (field === undefined || field === null) return undefined;
  const digest = binaryField(field);
  if (digest?.length !== 32 && digest?.length !== 64)
    throw new StrongroomError(
      'CONTAINER_TAMPERED',
      'the checksum of the package is neither SHA-512 nor SHA-256',
    );
  const algorithm = CHECKSUM_HASHES[digest.length];
  for (const part of ['model', 'encrypted data'] as const) {
    if (equalBytes(hash(algorithm, content[part]), digest))
      return { algorithm, of: part, digest: toHex(digest) };
  }
  throw new StrongroomError('CONTAINER_TAMPERED', 'the checksum of the package does not fit its content');
}

/** Checks the access code against every rule there is; whether there was one. */
async function checkAccess(dicts: readonly PlainDict[], access: LegacyAccess): Promise<boolean> {
  const rules = dicts.map(accessRuleOf).filter((rule) => rule !== undefined);
  for (const rule of rules) {
    if (access.accessCode === undefined)
      throw new StrongroomError('ACCESS_CODE_REQUIRED', 'the package asks for its access code');
    if (!(await verifyPasswordHash(access.accessCode, rule)))
      throw new StrongroomError('KEY_REFUSED', 'this access code does not open the package');
  }
  return rules.length > 0;
}

function describe(
  fields: readonly PlainFields[],
  tokenTime: Date | undefined,
): Pick<LegacyPackage, 'name' | 'metrics' | 'metadata' | 'createdAt'> {
  const dicts = fields.map(({ dict }) => dict);
  const places = withMetadata(fields);
  const find = (...names: string[]) =>
    places.map((dict) => fieldOf(dict, names)).find((value) => value !== undefined);
  const name = find('model_name', 'name');
  const kept = dicts.map(
    (dict) => new Map([...dict].filter(([key]) => !CONTENT_FIELDS.includes(String(key)))),
  );
  const { entries, skipped } = flattenMetadata(kept);
  return {
    name: typeof name === 'string' ? name : undefined,
    metrics: metricsOf(find('metrics')),
    metadata: { entries, skipped: [...fields.flatMap((one) => one.skipped), ...skipped] },
    createdAt: (secondsAsTime(find('timestamp')) ?? tokenTime)?.toISOString(),
  };
}

function secondsAsTime(value: PlainValue | undefined): Date | undefined {
  if (typeof value !== 'number') return undefined;
  const time = new Date(value * 1000);
  return Number.isNaN(time.getTime()) ? undefined : time;
}
