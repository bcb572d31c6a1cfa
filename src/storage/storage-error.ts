import { quoteText } from '../bytes/index.ts';
import { type ErrorCode, StrongroomError } from '../errors/index.ts';

interface Reason {
  readonly code: ErrorCode;
  readonly reason: string;
}

const full = (reason: string): Reason => ({ code: 'STORAGE_FULL', reason });
const denied = (reason: string): Reason => ({ code: 'STORAGE_DENIED', reason });
const unsafe = (reason: string): Reason => ({ code: 'STORAGE_PATH_UNSAFE', reason });
const conflict = (reason: string): Reason => ({ code: 'STORAGE_CONFLICT', reason });

/** What an errno means to us; the one place that knows errno names. Anything else is `STORAGE_FAILED`. */
const REASONS: ReadonlyMap<string, Reason> = new Map([
  ['ENOSPC', full('no space is left')],
  ['EDQUOT', full('the disk quota is used up')],
  ['EFBIG', full('the file would be larger than this system allows')],
  ['EACCES', denied('permission denied')],
  ['EPERM', denied('operation not permitted')],
  ['EROFS', denied('the file system is read-only')],
  ['ELOOP', unsafe('it is a symbolic link')],
  // FreeBSD's answer to O_NOFOLLOW on a symbolic link.
  ['EMLINK', unsafe('it is a symbolic link')],
  ['ENOTDIR', unsafe('it is not a plain folder')],
  ['EISDIR', unsafe('it is a folder')],
  ['ENXIO', unsafe('it is a pipe, socket or device')],
  ['ENODEV', unsafe('it is a device')],
  ['ENAMETOOLONG', unsafe('its name is too long')],
  ['EINVAL', unsafe('the file system does not accept it')],
  ['EILSEQ', unsafe('the file system does not accept its name')],
  ['ENOENT', { code: 'STORAGE_MISSING', reason: 'no such file or folder' }],
  ['EEXIST', conflict('it exists already')],
  ['ENOTEMPTY', conflict('it exists already and is not empty')],
  ['ESTALE', { code: 'STORAGE_CHANGED', reason: 'it was removed meanwhile' }],
]);

/**
 * What the operating system threw, as an error of ours: `cannot <doing>: <reason>`. Errors of ours and faults
 * of the program pass through unchanged.
 */
export function storageError(error: unknown, doing: string): Error {
  if (error instanceof StrongroomError) return error;
  if (!(error instanceof Error)) return new Error('something that is no error was thrown', { cause: error });
  const errno = errnoOf(error);
  if (errno === undefined) return error;
  const { code, reason } = REASONS.get(errno) ?? { code: 'STORAGE_FAILED', reason: errno };
  return new StrongroomError(code, `cannot ${doing}: ${reason}`, { cause: error });
}

/** Runs one step on disk and throws what `storageError` makes of its failure. */
export async function mapErrors<T>(doing: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw storageError(error, doing);
  }
}

/** The errno name of a system error (`ENOENT`), or of the one below an error of ours. */
export function errnoOf(error: unknown): string | undefined {
  if (error instanceof StrongroomError) return errnoOf(error.cause);
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** A path for a message: escaped, so that no name can forge output, and cut in the middle when long. */
export function quotePath(path: string): string {
  const shown = path.length > 160 ? `${path.slice(0, 60)}...${path.slice(-90)}` : path;
  return quoteText(shown);
}
