import { quoteForMessage } from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { FileDigest } from './file-digest.ts';
import { isPlainPath, isUnder, SINGLE_FILE_NAME } from './resource-names.ts';
import type { SignedStatement } from './statement.ts';

/** What model_signing leaves out of a folder unless it is told not to. */
export const GIT_PATHS: readonly string[] = ['.git', '.gitattributes', '.github', '.gitignore'];

/** Which files of a model need not have been signed. Nothing, unless the verifier says so. */
export interface FilePolicy {
  /** A model that is one file, whatever its name, or (default) a folder of files. */
  readonly shape?: 'file' | 'folder';
  /** Paths that the verifier allows to be left out of the signature, with all that is in them. */
  readonly ignorePaths?: readonly string[];
  /** Lets git's own files at the top be left out where the signer says that they were (model_signing's default). */
  readonly ignoreGitPaths?: boolean;
  /** `report` accepts files that nobody has signed, and lists them. */
  readonly unsignedFiles?: 'refuse' | 'report';
}

/** How the files of a model agree with what was signed, where they do. */
export interface FileComparison {
  readonly signedFiles: number;
  /** Not signed, and allowed to be left out. */
  readonly ignoredFiles: readonly string[];
  /** Not signed and not known to the policy; empty unless it says `report`. */
  readonly unsignedFiles: readonly string[];
}

const MAX_SHOWN = 5;

/**
 * Compares the files that are there with those that were signed: every signed one must be there and the same, every
 * other one must be allowed by the policy. What the signature says about ignored paths allows nothing by itself.
 * Throws `SIGNATURE_MISMATCH`, and `INPUT_INVALID` for a policy or files that make no sense.
 */
export function compareFiles(
  statement: Pick<SignedStatement, 'resources' | 'ignorePaths'>,
  files: readonly FileDigest[],
  policy: FilePolicy,
): FileComparison {
  const present = new Map(files.map(({ path, sha256 }) => [path, sha256]));
  if (present.size < files.length)
    throw new StrongroomError('INPUT_INVALID', 'the same path twice among the files');
  const differences: string[] = [];
  const signed = namesOf(statement, files, policy);
  for (const [path, sha256] of signed) {
    const found = present.get(path);
    if (found !== sha256)
      differences.push(`${quoteForMessage(path)} ${found === undefined ? 'is missing' : 'was changed'}`);
  }
  const allowed = allowedPaths(statement, policy);
  const others = [...present.keys()].filter((path) => !signed.has(path));
  const ignoredFiles = others.filter((path) => isUnder(path, allowed));
  const unsignedFiles = others.filter((path) => !isUnder(path, allowed));
  if (policy.unsignedFiles !== 'report') {
    differences.push(...unsignedFiles.map((path) => `${quoteForMessage(path)} was not signed`));
  }
  if (differences.length > 0) throw mismatch(differences);
  return { signedFiles: signed.size, ignoredFiles, unsignedFiles };
}

/** The signed files by path; the one file of a model that is no folder goes by the name that it has here. */
function namesOf(
  { resources }: Pick<SignedStatement, 'resources'>,
  files: readonly FileDigest[],
  { shape }: FilePolicy,
): ReadonlyMap<string, string> {
  const [only] = files;
  const [resource] = resources;
  if (shape === 'file') {
    if (files.length !== 1)
      throw new StrongroomError('INPUT_INVALID', 'a model that is one file has one file');
    if (only && resource?.name === SINGLE_FILE_NAME) return new Map([[only.path, resource.sha256]]);
  } else if (resource?.name === SINGLE_FILE_NAME) {
    throw new StrongroomError('SIGNATURE_MISMATCH', 'a single file was signed, not a folder');
  }
  return new Map(resources.map(({ name, sha256 }) => [name, sha256]));
}

function allowedPaths(
  { ignorePaths }: Pick<SignedStatement, 'ignorePaths'>,
  policy: FilePolicy,
): readonly string[] {
  const given = policy.ignorePaths ?? [];
  const bad = given.find((path) => !isPlainPath(path));
  if (bad !== undefined) {
    throw new StrongroomError('INPUT_INVALID', `${quoteForMessage(bad)} is no path inside a model`);
  }
  const git = policy.ignoreGitPaths === true ? GIT_PATHS.filter((path) => ignorePaths.includes(path)) : [];
  return [...given, ...git];
}

function mismatch(differences: readonly string[]): StrongroomError {
  const shown = differences.slice(0, MAX_SHOWN).join(', ');
  const more = differences.length > MAX_SHOWN ? `, and ${differences.length - MAX_SHOWN} more` : '';
  return new StrongroomError(
    'SIGNATURE_MISMATCH',
    `the files are not those that were signed: ${shown}${more}`,
  );
}
