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

/** A person behind a keyboard. */
export function createPerson(deps: PersonDeps): Person {
  return {
    askSecret: (question) => ask(deps, question, false),
    askLine: (question) => ask(deps, question, true),
  };
}

async function ask(deps: PersonDeps, question: string, hasEcho: boolean): Promise<string> {
  if (deps.signal.aborted) throw interrupted();
  const { keyboard, close } = deps.openKeyboard();
  deps.write(question);
  keyboard.setRawMode(true);
  try {
    return await readLine(deps, keyboard, hasEcho);
  } finally {
    keyboard.setRawMode(false);
    close();
    deps.write('\n');
  }
}

function readLine(deps: PersonDeps, keyboard: Keyboard, hasEcho: boolean): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const reader = createLineReader();
  const decoder = new TextDecoder();
  const onData = (chunk: Buffer): void => {
    const text = decoder.decode(chunk, { stream: true });
    const event = reader.feed(text);
    if (event.type === 'line') resolve(event.text);
    if (event.type === 'abort') reject(interrupted());
    if (hasEcho) deps.write(text.replace(/\p{Cc}/gu, ''));
  };
  const onAbort = (): void => reject(interrupted());
  keyboard.on('data', onData);
  keyboard.resume();
  deps.signal.addEventListener('abort', onAbort, { once: true });
  return promise.finally(() => {
    keyboard.off('data', onData);
    deps.signal.removeEventListener('abort', onAbort);
  });
}

function interrupted(): StrongroomError {
  return new StrongroomError('ABORTED', 'interrupted');
}
