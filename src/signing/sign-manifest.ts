import { quoteForMessage } from '../api/index.ts';
import { type Certificate, publicKeyOf, type SigningKey } from '../crypto/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { formatBundle, type NewSignedBy } from './bundle.ts';
import { assertBundleAlgorithm, assertCertifiedAlgorithm } from './bundle-algorithms.ts';
import { encodeForSigning } from './dsse.ts';
import type { FileDigest } from './file-digest.ts';
import { MAX_CHAIN_LENGTH, MAX_RESOURCES } from './limits.ts';
import { compareByParts, findNameFault, isPlainPath, SINGLE_FILE_NAME } from './resource-names.ts';
import { formatStatement } from './statement.ts';

/** What a signature says beside the files. */
export interface SignManifestOptions {
  /** What the model is called, for people; nothing verifies it. */
  readonly name: string;
  /** A model that is one file, or (default) a folder of files. */
  readonly shape?: 'file' | 'folder';
  /** Paths that were left out, so that model_signing leaves them out when it verifies. */
  readonly ignorePaths?: readonly string[];
  /** Certificates of the key, the signer's first, each issued by the next. Without them the bundle names the key. */
  readonly certificates?: readonly Certificate[];
}

/**
 * Signs a model by the digests of its files: a bundle that model_signing and `verifyBundle` read. With an ML-DSA-65
 * key it is a bundle of the same form over the same statement, for a file of its own. Throws `SIGNING_KEY_INVALID` for
 * a key of another kind, `INPUT_INVALID` for files that one model cannot have and for certificates of another key.
 */
export function signManifest(
  files: readonly FileDigest[],
  key: SigningKey,
  options: SignManifestOptions,
): Uint8Array {
  const payload = formatStatement({
    name: options.name,
    resources: resourcesOf(files, options),
    ignorePaths: ignorePathsOf(options),
  });
  return signStatement(payload, key, options.certificates);
}

/**
 * Signs the bytes of any in-toto statement, such as an attestation about a model, into a bundle of the same form.
 * Throws as `signManifest` does.
 */
export function signStatement(
  payload: Uint8Array,
  key: SigningKey,
  certificates?: readonly Certificate[],
): Uint8Array {
  assertBundleAlgorithm(key.algorithm);
  if (certificates !== undefined) assertCertificates(certificates, key);
  const signature = key.sign(encodeForSigning(payload));
  const signedBy: NewSignedBy =
    certificates === undefined
      ? { kind: 'key', hint: key.publicKey.id }
      : { kind: 'certificates', chain: certificates.map(({ der }) => der) };
  return formatBundle({ signedBy, payload, signature });
}

function resourcesOf(
  files: readonly FileDigest[],
  { shape }: SignManifestOptions,
): readonly { readonly name: string; readonly sha256: string }[] {
  if (files.length === 0 || files.length > MAX_RESOURCES) {
    throw invalid(`a signature is over 1 to ${MAX_RESOURCES} files, got ${files.length}`);
  }
  const bad = files.find(({ sha256 }) => !/^[0-9a-f]{64}$/.test(sha256));
  if (bad !== undefined) throw invalid(`no SHA-256 of ${quoteForMessage(bad.path)}`);
  if (shape === 'file') {
    const [file, more] = files;
    if (file === undefined || more !== undefined) throw invalid('a model that is one file has one file');
    return [{ name: SINGLE_FILE_NAME, sha256: file.sha256 }];
  }
  const fault = findNameFault(files.map(({ path }) => path));
  if (fault !== undefined) throw invalid(fault);
  return files
    .map(({ path, sha256 }) => ({ name: path, sha256 }))
    .sort((a, b) => compareByParts(a.name, b.name));
}

function ignorePathsOf({ ignorePaths = [] }: SignManifestOptions): readonly string[] {
  const bad = ignorePaths.find((path) => !isPlainPath(path));
  if (bad !== undefined) throw invalid(`${quoteForMessage(bad)} is no path inside a model`);
  return [...new Set(ignorePaths)].sort(compareByParts);
}

function assertCertificates(certificates: readonly Certificate[], key: SigningKey): void {
  assertCertifiedAlgorithm(key.algorithm);
  const [leaf] = certificates;
  if (leaf === undefined || certificates.length > MAX_CHAIN_LENGTH) {
    throw invalid(`a chain has 1 to ${MAX_CHAIN_LENGTH} certificates`);
  }
  if (!publicKeyOf(leaf).equals(key.publicKey)) throw invalid('the certificate is of another key');
}

function invalid(message: string): StrongroomError {
  return new StrongroomError('INPUT_INVALID', message);
}
