import { type AccessCode, type PutVersionInput, parseFilePath } from '../api/index.ts';
import { type Passphrase, type SecretBytes, streamOf } from '../bytes/index.ts';
import {
  deriveFernetKey,
  type FernetKeyDerivation,
  type LegacyPackage,
  openFernet,
  openLegacyPackage,
} from '../container/index.ts';
import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import { directionOf } from '../registry/index.ts';

/** What every Fernet token begins with: version 0x80 and the high bytes of a time before the year 4147. */
const FERNET_START = 'gAAAA';

/** What opens a package: the Fernet key itself, or the password that it was derived from. */
export type LegacyKey =
  | { readonly kind: 'key'; readonly key: SecretBytes }
  | { readonly kind: 'password'; readonly password: Passphrase; readonly derivation: FernetKeyDerivation };

export interface LegacyFile {
  /** The file's own name, for the name of what was inside. */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly key?: LegacyKey;
  /** Password of the package's own access control; it becomes the access code of the version. */
  readonly accessCode?: AccessCode;
}

/** What `put` takes, apart from the model's name. */
export type LegacyContent = Omit<PutVersionInput, 'model'>;

/**
 * Opens what the Python class `SecureModelManager` has written, or a bare Fernet token, as what `put` takes. Our own
 * readers open and check it; nothing in it is executed. Throws as `openLegacyPackage` and `openFernet`.
 */
export async function readLegacy(file: LegacyFile): Promise<LegacyContent> {
  const key = await fernetKey(file.key);
  if (isFernetToken(file.bytes)) return tokenContent(file, key);
  const { accessCode } = file;
  const opened = await openLegacyPackage(file.bytes, {
    ...(key === undefined ? {} : { key }),
    ...(accessCode === undefined ? {} : { accessCode }),
  });
  return {
    files: [fileOf(file.name, opened.pickle)],
    ...wordsOf(opened),
    // The package's own checksum is SHA-512: recorded, both can be compared later.
    withSha512: true,
    ...(opened.hadAccessCode && accessCode !== undefined ? { accessCode } : {}),
  };
}

async function fernetKey(key: LegacyKey | undefined): Promise<SecretBytes | undefined> {
  if (key === undefined) return undefined;
  return key.kind === 'key' ? key.key : await deriveFernetKey(key.password, key.derivation);
}

function isFernetToken(bytes: Uint8Array): boolean {
  return new TextDecoder('latin1').decode(bytes.subarray(0, FERNET_START.length)) === FERNET_START;
}

function tokenContent(file: LegacyFile, key: SecretBytes | undefined): LegacyContent {
  if (key === undefined) {
    throw new StrongroomError('KEY_REFUSED', 'a fernet token needs its key', {
      hint: 'name it with --key-file',
    });
  }
  const { plaintext, createdAt } = openFernet(withoutFinalNewline(file.bytes), key);
  return {
    files: [fileOf(file.name.replace(/\.(?:fernet|token|enc|encrypted)$/i, ''), plaintext)],
    metadata: { 'imported.from': 'fernet', 'imported.createdAt': createdAt.toISOString() },
  };
}

/** Editors end a file with a newline, which is no part of a token. */
function withoutFinalNewline(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, bytes.findLastIndex((byte) => byte !== 0x0a && byte !== 0x0d) + 1);
}

function fileOf(name: string, content: Uint8Array): LegacyContent['files'][number] {
  return { path: parseFilePath(name), size: content.length, open: () => streamOf(content) };
}

/** Metrics whose direction nobody knows are kept as metadata: an import must not fail for a name. */
function wordsOf(opened: LegacyPackage): Pick<LegacyContent, 'metrics' | 'metadata'> {
  const { checksum, createdAt } = opened;
  const metrics = Object.entries(opened.metrics);
  const unknown = metrics.filter(([name]) => !hasDirection(name));
  return {
    metrics: Object.fromEntries(metrics.filter(([name]) => hasDirection(name))),
    metadata: {
      ...opened.metadata.entries,
      ...Object.fromEntries(unknown.map(([name, value]) => [`metric.${name}`, String(value)])),
      'imported.from': 'SecureModelManager',
      ...(createdAt === undefined ? {} : { 'imported.createdAt': createdAt }),
      ...(checksum === undefined ? {} : { [`imported.${checksum.algorithm}`]: checksum.digest }),
    },
  };
}

function hasDirection(name: string): boolean {
  try {
    return directionOf(name) !== undefined;
  } catch (error) {
    if (isStrongroomError(error, 'METRIC_INVALID')) return false;
    throw error;
  }
}
