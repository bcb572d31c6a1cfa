import { isatty, ReadStream } from 'node:tty';
import { StrongroomError } from '../errors/index.ts';
import type { Person } from './context.ts';
import { createLineReader } from './line-reader.ts';

/** A terminal that can be read key by key. */
export interface Keyboard {
  setRawMode(isRaw: boolean): unknown;
  resume(): unknown;
  pause(): unknown;
  on(event: 'data', listener: (chunk: Buffer) => void): unknown;
  off(event: 'data', listener: (chunk: Buffer) => void): unknown;
}

/** What a question needs besides the keyboard. */
export interface PersonDeps {
  /** Opens the keyboard for one question; `close` gives it back. */
  readonly openKeyboard: () => { readonly keyboard: Keyboard; readonly close: () => void };
  readonly write: (text: string) => void;
  readonly signal: AbortSignal;
}

/**
 * The person at the terminal, or `undefined` when there is none. Questions are shown on stderr, so that one has to
 * be a terminal; answers come from stdin, or, when that is a pipe, from the terminal behind stderr.
 */
export function findPerson(streams: {
  readonly stdin: NodeJS.ReadStream;
  readonly stderr: NodeJS.WriteStream & { readonly fd: number };
  readonly signal: AbortSignal;
}): Person | undefined {
  const { stdin, stderr, signal } = streams;
  if (!isatty(stderr.fd)) return undefined;
  const openKeyboard = (): ReturnType<PersonDeps['openKeyboard']> => {
    if (stdin.isTTY) return { keyboard: stdin, close: () => stdin.pause() };
    const keyboard = new ReadStream(stderr.fd);
    return { keyboard, close: () => keyboard.destroy() };
  };
  return createPerson({ openKeyboard, write: (text) => stderr.write(text), signal });
}

/** A person behind a keyboard. Answers that were typed or pasted ahead wait for their question. */
export function createPerson(deps: PersonDeps): Person {
  const typed = { ahead: '' };
  return {
    askSecret: (question) => ask(deps, typed, { question, hasEcho: false }),
    askLine: (question) => ask(deps, typed, { question, hasEcho: true }),
  };
}

interface Question {
  readonly question: string;
  readonly hasEcho: boolean;
}

async function ask(deps: PersonDeps, typed: { ahead: string }, asked: Question): Promise<string> {
  if (deps.signal.aborted) throw interrupted();
  const { keyboard, close } = deps.openKeyboard();
  deps.write(asked.question);
  keyboard.setRawMode(true);
  try {
    const { text, rest } = await readLine(deps, keyboard, { ahead: typed.ahead, hasEcho: asked.hasEcho });
    typed.ahead = rest;
    return text;
  } finally {
    keyboard.setRawMode(false);
    close();
    deps.write('\n');
  }
}

interface Line {
  readonly text: string;
  readonly rest: string;
}

function readLine(
  deps: PersonDeps,
  keyboard: Keyboard,
  { ahead, hasEcho }: { readonly ahead: string; readonly hasEcho: boolean },
): Promise<Line> {
  const { promise, resolve, reject } = Promise.withResolvers<Line>();
  const reader = createLineReader();
  const decoder = new TextDecoder();
  const take = (text: string): void => {
    const event = reader.feed(text);
    if (event.type === 'line') resolve(event);
    if (event.type === 'abort') reject(interrupted());
    if (hasEcho) deps.write(text.replace(/\p{Cc}/gu, ''));
  };
  const onData = (chunk: Buffer): void => take(decoder.decode(chunk, { stream: true }));
  const onAbort = (): void => reject(interrupted());
  keyboard.on('data', onData);
  keyboard.resume();
  deps.signal.addEventListener('abort', onAbort, { once: true });
  take(ahead);
  return promise.finally(() => {
    keyboard.off('data', onData);
    deps.signal.removeEventListener('abort', onAbort);
  });
}

function interrupted(): StrongroomError {
  return new StrongroomError('ABORTED', 'interrupted');
}
