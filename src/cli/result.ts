import type { Terminal } from './terminal.ts';

/** What a command came to: a document for programs and words for people, of which exactly one is printed. */
export interface Result {
  /** The document of `--json`; its shape is in docs/guides/command-line.md and stays. */
  readonly json: Readonly<Record<string, unknown>>;
  readonly text: (terminal: Terminal) => string;
  /** Said also with `--quiet`: it was asked for, rather than being news of what was done. */
  readonly isAnswer: boolean;
  /** Other than 0 when the answer itself is bad news, such as damage found. */
  readonly exitCode?: number;
}

/** The answer to a question. */
export function answer(
  json: Result['json'],
  text: Result['text'],
  options: { readonly exitCode?: number } = {},
): Result {
  return { json, text, isAnswer: true, ...options };
}

/** News of something done, which `--quiet` leaves out. */
export function done(json: Result['json'], text: string): Result {
  return { json, text: () => text, isAnswer: false };
}
