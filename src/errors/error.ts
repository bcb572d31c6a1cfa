import { CATALOGUE, type ErrorCode, type ErrorKind } from './catalogue.ts';

export interface StrongroomErrorOptions {
  /** What to do next, when the catalogue's own hint can be bettered here. */
  readonly hint?: string;
  /** What went wrong below; kept for logs, never shown to a caller. */
  readonly cause?: unknown;
  /** After how many seconds it may be tried again. */
  readonly retryAfterSeconds?: number;
}

/**
 * The one error class. `kind` decides HTTP status and exit code, `code` is stable and meant for programs,
 * `message` and `hint` are safe to show to whoever made the call: they never hold a secret.
 */
export class StrongroomError extends Error {
  override readonly name = 'StrongroomError';
  readonly code: ErrorCode;
  readonly kind: ErrorKind;
  readonly hint: string;
  /** After how many seconds it may be tried again, where that is known. */
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, message: string, options: StrongroomErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    const entry = CATALOGUE[code];
    this.code = code;
    this.kind = entry.kind;
    this.hint = options.hint ?? entry.hint;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** Narrows to our own errors, and to one code where given. */
export function isStrongroomError(error: unknown, code?: ErrorCode): error is StrongroomError {
  return error instanceof StrongroomError && (code === undefined || error.code === code);
}

/**
 * Turns whatever was thrown into an error that may be shown: ours stay as they are, anything unknown becomes
 * `INTERNAL` and keeps its details in `cause` only.
 */
export function toStrongroomError(error: unknown): StrongroomError {
  if (error instanceof StrongroomError) return error;
  return new StrongroomError('INTERNAL', 'something went wrong inside strongroom', { cause: error });
}
