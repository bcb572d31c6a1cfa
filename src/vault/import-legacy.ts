import {
  type AccessCode,
  type Caller,
  type LongRunning,
  type ModelName,
  parseFilePath,
  type Version,
} from '../api/index.ts';
import { type Passphrase, type SecretBytes, streamOf } from '../bytes/index.ts';
import {
  deriveFernetKey,
  type FernetKeyDerivation,
  type LegacyPackage,
  openLegacyPackage,
} from '../container/index.ts';
import { isStrongroomError } from '../errors/index.ts';
import { directionOf } from '../registry/index.ts';
import { type PutVersionDeps, putVersion } from './put-version.ts';

/** What opens a package: the Fernet key itself, or the password that it was derived from. */
export type LegacyKey =
  | { readonly kind: 'key'; readonly key: SecretBytes }
  | { readonly kind: 'password'; readonly password: Passphrase; readonly derivation: FernetKeyDerivation };

export interface ImportLegacyInput extends LongRunning {
  readonly model: ModelName;
  /** The package as it lies on the disk. */
  readonly file: Uint8Array;
  readonly key?: LegacyKey;
  /** Password of the package's own access control; it becomes the access code of the version. */
  readonly accessCode?: AccessCode;
}

/** Name of the one file that such a version has: the pickle that Python would have loaded, byte for byte. */
const MODEL_FILE = parseFilePath('model.pkl');

/**
 * Takes over a package of the Python class `SecureModelManager` as a new version. It is opened and checked by our
 * own readers; nothing in it is executed. Throws as `openLegacyPackage` and `putVersion`.
 */
export async function importLegacy(
  deps: PutVersionDeps,
  caller: Caller,
  input: ImportLegacyInput,
): Promise<Version> {
  const key = await fernetKey(input.key);
  const opened = await openLegacyPackage(input.file, {
    ...(key === undefined ? {} : { key }),
    ...(input.accessCode === undefined ? {} : { accessCode: input.accessCode }),
  });
  const { model, signal, onProgress } = input;
  return await putVersion(deps, caller, {
    model,
    files: [{ path: MODEL_FILE, size: opened.pickle.length, open: () => streamOf(opened.pickle) }],
    ...wordsOf(opened),
    // The package's own checksum is SHA-512, so that both can be compared later.
    withSha512: true,
    ...(opened.hadAccessCode && input.accessCode !== undefined ? { accessCode: input.accessCode } : {}),
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined ? {} : { onProgress }),
  });
}

async function fernetKey(key: LegacyKey | undefined): Promise<SecretBytes | undefined> {
  if (key === undefined) return undefined;
  return key.kind === 'key' ? key.key : await deriveFernetKey(key.password, key.derivation);
}

/** Metrics whose direction nobody knows are kept as metadata: an import must not fail for a name. */
function wordsOf(opened: LegacyPackage): {
  metrics: Record<string, number>;
  metadata: Record<string, string>;
} {
  const metrics = Object.entries(opened.metrics);
  const known = metrics.filter(([name]) => hasDirection(name));
  const unknown = metrics.filter(([name]) => !hasDirection(name));
  return {
    metrics: Object.fromEntries(known),
    metadata: {
      ...opened.metadata.entries,
      ...Object.fromEntries(unknown.map(([name, value]) => [`metric.${name}`, String(value)])),
      'imported.from': 'SecureModelManager',
      ...(opened.createdAt === undefined ? {} : { 'imported.created_at': opened.createdAt }),
      ...(opened.checksum === undefined
        ? {}
        : { 'imported.checksum': `${opened.checksum.algorithm}:${opened.checksum.digest}` }),
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
