import { type ErrorKind, type StrongroomError, toStrongroomError } from '../errors/index.ts';

/** One exit code of the command line, and what a script may conclude from it. */
export interface ExitCode {
  readonly code: number;
  readonly meaning: string;
}

/** Everything went as asked. */
export const EXIT_OK = 0;
/** Interrupted by SIGINT: 128 + the number of the signal, as shells count. */
export const EXIT_INTERRUPTED = 130;
/** Interrupted by SIGTERM. */
export const EXIT_TERMINATED = 143;
/** Whoever read the output went away: 128 + SIGPIPE. */
export const EXIT_BROKEN_PIPE = 141;

/** Kind of failure → exit code. Stable: scripts branch on it. */
export const EXIT_CODES = {
  internal: { code: 1, meaning: 'a fault inside strongroom; run again with --debug and report it' },
  invalid: { code: 2, meaning: 'the command line, a name, a value or the configuration is wrong' },
  unauthenticated: { code: 3, meaning: 'nobody, or nobody known, is asking' },
  forbidden: { code: 4, meaning: 'not allowed, or a wrong key, passphrase or access code' },
  missing: { code: 5, meaning: 'what was asked for is not there' },
  conflict: { code: 6, meaning: 'it exists already, is in use, or changed at the same time' },
  damaged: { code: 7, meaning: 'stored or given bytes fail verification' },
  unsafe: { code: 8, meaning: 'the content is dangerous' },
  limited: { code: 9, meaning: 'a limit was reached' },
  unavailable: { code: 10, meaning: 'the environment cannot serve: disk full, no permission, peer away' },
} as const satisfies Record<ErrorKind, ExitCode>;

/** Codes that no kind of failure has: success and the signals. */
export const OTHER_EXIT_CODES: readonly ExitCode[] = [
  { code: EXIT_OK, meaning: 'everything went as asked' },
  { code: EXIT_INTERRUPTED, meaning: 'interrupted (Ctrl-C); nothing is left half done' },
  { code: EXIT_BROKEN_PIPE, meaning: 'whoever read the output went away' },
  { code: EXIT_TERMINATED, meaning: 'ended by SIGTERM; nothing is left half done' },
];

/** The exit code for whatever was thrown. */
export function exitCodeOf(error: unknown): number {
  const shown: StrongroomError = toStrongroomError(error);
  return shown.code === 'ABORTED' ? EXIT_INTERRUPTED : EXIT_CODES[shown.kind].code;
}
