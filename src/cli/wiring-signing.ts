import { basename, relative, resolve, sep } from 'node:path';
import type { LongRunning } from '../api/index.ts';
import { toBase64 } from '../bytes/index.ts';
import { type Certificate, PublicKey, parseCertificatesPem, SigningKey } from '../crypto/index.ts';
import { StrongroomError } from '../errors/index.ts';
import {
  carrierOf,
  digestFiles,
  type FileDigest,
  formatFileList,
  GIT_PATHS,
  isDetachedSignature,
  MAX_SIGNATURE_BYTES,
  type Signer,
  signDetached,
  signManifest,
  verifyBundle,
  verifyDetached,
} from '../signing/index.ts';
import { type InputFile, OutputFile, readInputs } from '../storage/index.ts';
import { readNamedFile } from './named-files.ts';
import type { FileOperations } from './operations.ts';
import type {
  CheckedSignature,
  SignedFiles,
  SigningOperations,
  SignPathInput,
  VerifyPathInput,
  WrittenSignature,
} from './signing-operations.ts';
import { escapeText } from './terminal.ts';

/** Keys and certificates are small; a bundle of roots may have some hundred KiB. */
const MAX_TRUST_BYTES = 1 << 20;

/** Signatures over files, wired to what is below. */
export function createSigningOperations(isFolder: FileOperations['isFolder']): SigningOperations {
  return {
    async signPath(input) {
      const key = SigningKey.parse(input.key.expose(), input.passphrase);
      const certificates = await readCertificates(input.certificateFiles);
      const shape = (await isFolder(input.path)) ? 'folder' : 'file';
      const chosen = await digestChosen(input, {
        signature: input.output.path,
        isFolder: shape === 'folder',
      });
      const bytes = signFiles(key, { ...chosen, shape, certificates, name: basename(resolve(input.path)) });
      await writeSignature(input, bytes);
      return written(key, chosen);
    },
    async readCertificates(paths) {
      const certificates = await readCertificates(paths);
      return certificates.map(({ fingerprint, der }) => ({ fingerprint, der: toBase64(der) }));
    },
    async verifyPath(input) {
      const signature = await readNamedFile(input.signatureFile, MAX_SIGNATURE_BYTES);
      const keys = await Promise.all(input.publicKeyFiles.map(readPublicKey));
      const roots = await readCertificates(input.rootFiles);
      const shape = (await isFolder(input.path)) ? 'folder' : 'file';
      const inside = { signature: input.signatureFile, isFolder: shape === 'folder' };
      if (isDetachedSignature(signature)) {
        const { files } = await digestChosen(input, inside);
        const { signer } = verifyDetached(signature, formatFileList(files), keys);
        return { kind: 'detached', signer, signedFiles: files.length, ignoredFiles: [], unsignedFiles: [] };
      }
      // All files are read, also those to be ignored, because the bundle may have signed them.
      const { files } = await digestChosen({ ...input, ignorePaths: [], ignoreGitPaths: false }, inside);
      const verified = verifyBundle(signature, files, {
        ...input,
        keys,
        roots,
        shape,
        unsignedFiles: input.allowUnsignedFiles ? 'report' : 'refuse',
      });
      assertIdentity(verified.signer, input);
      return { kind: 'bundle', ...verified } satisfies CheckedSignature;
    },
  };
}

interface ChosenFiles {
  readonly files: readonly FileDigest[];
  readonly ignorePaths: readonly string[];
}

/** Digests of the files that count; a signature that lies among them does not. */
async function digestChosen(
  input: SignedFiles & LongRunning,
  place: { readonly signature: string; readonly isFolder: boolean },
): Promise<ChosenFiles> {
  const own = place.isFolder ? pathInside(input.path, place.signature) : undefined;
  const ignorePaths = [
    ...input.ignorePaths,
    ...(input.ignoreGitPaths && place.isFolder ? GIT_PATHS : []),
    ...(own === undefined ? [] : [own]),
  ];
  const isIgnored = ({ path }: InputFile): boolean =>
    ignorePaths.some((ignored) => path === ignored || path.startsWith(`${ignored}/`));
  const chosen = (await readInputs([input.path])).filter((file) => !isIgnored(file));
  const total = chosen.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  const files = await digestFiles(chosen, {
    ...(input.signal && { signal: input.signal }),
    onBytes: (count) => input.onProgress?.({ phase: 'reading', done: (done += count), total, unit: 'bytes' }),
  });
  return { files, ignorePaths };
}

/** Where a path lies inside a folder; `undefined` when it does not. */
function pathInside(folder: string, path: string): string | undefined {
  const inside = relative(resolve(folder), resolve(path));
  return inside === '' || inside.startsWith('..') ? undefined : inside.split(sep).join('/');
}

interface SignFilesInput extends ChosenFiles {
  readonly shape: 'file' | 'folder';
  readonly name: string;
  readonly certificates: readonly Certificate[];
}

function signFiles(key: SigningKey, input: SignFilesInput): Uint8Array {
  const { files, certificates, ignorePaths, shape, name } = input;
  if (carrierOf(key.algorithm) === 'bundle') {
    return signManifest(files, key, {
      name,
      shape,
      ...(shape === 'folder' && { ignorePaths }),
      ...(certificates.length > 0 && { certificates }),
    });
  }
  if (certificates.length === 0) return signDetached(formatFileList(files), key);
  throw new StrongroomError('INPUT_INVALID', `certificates go with EC keys, this one is ${key.algorithm}`);
}

async function writeSignature({ output }: SignPathInput, bytes: Uint8Array): Promise<void> {
  await using file = await OutputFile.create(output.path, { overwrite: output.force });
  await file.write(bytes);
  await file.commit();
}

function written(key: SigningKey, { files, ignorePaths }: ChosenFiles): WrittenSignature {
  return {
    kind: carrierOf(key.algorithm),
    keyId: key.publicKey.id,
    algorithm: key.algorithm,
    files: files.length,
    bytes: files.reduce((sum, { size }) => sum + size, 0),
    ignoredPaths: ignorePaths,
  };
}

function assertIdentity(signer: Signer, { identities }: VerifyPathInput): void {
  if (identities.length === 0) return;
  if (signer.kind === 'certificate' && identities.some((wanted) => signer.identities.includes(wanted)))
    return;
  const found = signer.kind === 'certificate' ? signer.identities.map(escapeText).join(', ') : 'a key';
  throw new StrongroomError(
    'SIGNATURE_UNTRUSTED',
    `it is signed by ${found || 'a certificate without a name'}`,
    {
      hint: 'name whom you expect with --identity, exactly as it stands in the certificate',
    },
  );
}

async function readPublicKey(path: string): Promise<PublicKey> {
  return PublicKey.parse(await readNamedFile(path, MAX_TRUST_BYTES));
}

async function readCertificates(paths: readonly string[]): Promise<readonly Certificate[]> {
  const read: Certificate[] = [];
  for (const path of paths) read.push(...parseCertificatesPem(await readNamedFile(path, MAX_TRUST_BYTES)));
  return read;
}
