import type { Operations } from './operations.ts';
import type { Terminal } from './terminal.ts';

/** Where output goes. */
export interface OutputSink {
  readonly terminal: Terminal;
  /** Resolves when the bytes were taken; rejects when nobody reads any more. */
  write(chunk: string | Uint8Array): Promise<void>;
}

/** A person at a terminal. */
export interface Person {
  /** One line, without echo. Throws `ABORTED` on Ctrl-C and on the end of input. */
  askSecret(question: string): Promise<string>;
  /** One line, with echo. Throws as above. */
  askLine(question: string): Promise<string>;
}

/** Everything a command may touch: the world outside arrives through here, so that a test can be the world. */
export interface CliContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly stdout: OutputSink;
  readonly stderr: OutputSink;
  /** Absent when nobody can be asked. */
  readonly person: Person | undefined;
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
  /** Calls back whenever the process is asked to read its files anew (SIGHUP). */
  readonly onReload?: (listener: () => void) => void;
  /** Monotonic milliseconds, for rates and times shown. */
  readonly now: () => number;
  readonly operations: Operations;
}
