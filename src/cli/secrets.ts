import { collectBytes, Passphrase, utf8Text } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { CliContext, Person } from './context.ts';
import { escapeText } from './terminal.ts';

/** A secret is a line, not a file; whatever is larger was given by mistake. */
export const MAX_SECRET_BYTES = 64 * 1024;

/** How a new passphrase is asked for: what for, and in which words. */
interface Question {
  readonly question: string;
  /** Asked twice, because nobody could open what a slip of the finger sealed. */
  readonly isNew: boolean;
}

/** Where secrets come from: files that are named, standard input, a person. Never the command line. */
export interface SecretReader {
  /** The text of a secret file (`-` is standard input) without one trailing newline. Throws `INPUT_INVALID`, `INPUT_TOO_LARGE`, `STORAGE_MISSING`. */
  readText(path: string): Promise<string>;
  readPassphrase(path: string): Promise<Passphrase>;
  /** Whether somebody is there who can be asked. */
  readonly canAsk: boolean;
  /** Asks without echo. Throws `INPUT_INVALID` with `hint` when nobody can be asked. */
  ask(question: string, hint: string): Promise<Passphrase>;
  /** As `ask`, twice, until both are the same. */
  askNew(question: string, hint: string): Promise<Passphrase>;
}

/** A reader over the world of one command; `warn` is told about secret files that others may read. */
export function createSecretReader(
  context: Pick<CliContext, 'stdin' | 'person' | 'operations'>,
  warn: (text: string) => Promise<void>,
): SecretReader {
  let isStdinTaken = false;
  const readStdin = async (): Promise<Uint8Array> => {
    if (isStdinTaken) throw invalid('standard input can give one secret only', 'put the others into files');
    isStdinTaken = true;
    return collectBytes(context.stdin, MAX_SECRET_BYTES);
  };
  const readFile = async (path: string): Promise<Uint8Array> => {
    const file = await context.operations.readSecretFile(path, MAX_SECRET_BYTES);
    if (file === undefined) {
      throw new StrongroomError('STORAGE_MISSING', `there is no secret file ${escapeText(path)}`);
    }
    if (file.isExposed) await warn(`others may read ${escapeText(path)}; run chmod 600 on it`);
    return file.bytes;
  };
  const readText = async (path: string): Promise<string> =>
    secretText(path === '-' ? await readStdin() : await readFile(path), path);
  return {
    readText,
    readPassphrase: async (path) => Passphrase.fromText(await readText(path)),
    canAsk: context.person !== undefined,
    ask: (question, hint) => askPassphrase(context.person, { question, isNew: false }, hint),
    askNew: (question, hint) => askPassphrase(context.person, { question, isNew: true }, hint),
  };
}

/** The text of a secret: UTF-8, one trailing newline gone, not empty. Throws `INPUT_INVALID`. */
export function secretText(bytes: Uint8Array, source: string): string {
  const name = source === '-' ? 'standard input' : escapeText(source);
  const text = utf8Text(bytes)?.replace(/\r?\n$/, '');
  if (text === undefined) throw invalid(`the secret in ${name} is not UTF-8 text`, 'use a text file');
  if (text === '') throw invalid(`the secret in ${name} is empty`, 'write the secret into it, as one line');
  return text;
}

async function askPassphrase(
  person: Person | undefined,
  { question, isNew }: Question,
  hint: string,
): Promise<Passphrase> {
  if (person === undefined) throw invalid(`${question} is needed and nobody can be asked`, hint);
  for (;;) {
    const first = await person.askSecret(`${question}: `);
    if (first === '') continue;
    if (!isNew || (await person.askSecret(`${question}, once more: `)) === first)
      return Passphrase.fromText(first);
  }
}

function invalid(message: string, hint: string): StrongroomError {
  return new StrongroomError('INPUT_INVALID', message, { hint });
}
