import type { Command } from 'commander';
import { type SecretBytes, utf8Bytes, utf8Text } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { answer, type Result } from './result.ts';
import { oneChunk } from './root-seals.ts';
import { MAX_SECRET_BYTES } from './secrets.ts';
import type { Session } from './session.ts';
import { escapeText, paint, type Terminal } from './terminal.ts';

/** Where a secret goes that is shown once. */
export interface SecretOutput {
  readonly output?: string;
}

/** A secret that nobody can be shown again, and what stands around it. */
export interface OneTimeSecret {
  readonly secret: SecretBytes;
  /** What it is called in the document of `--json`. */
  readonly member: string;
  /** The rest of the document. */
  readonly document: Readonly<Record<string, unknown>>;
  /** Lines about it, without the secret. */
  readonly words: (terminal: Terminal) => readonly string[];
}

/** Adds the option that takes a secret away from the screen. */
export function addSecretOutput(command: Command): Command {
  return command.option(
    '-o, --output <file>',
    'write the secret into a new file (mode 0600), show it nowhere',
  );
}

/** Refuses a place that could not take the secret, before it is made. Throws `INPUT_INVALID`, `STORAGE_CONFLICT`. */
export async function assertSecretPlace(session: Session, { output }: SecretOutput): Promise<void> {
  if (output === undefined) return;
  const { operations } = session.context;
  if (await operations.isFolder(output)) {
    throw new StrongroomError('INPUT_INVALID', `${escapeText(output)} is a folder`, { hint: 'name a file' });
  }
  if ((await operations.readSecretFile(output, MAX_SECRET_BYTES)) === undefined) return;
  throw new StrongroomError('STORAGE_CONFLICT', `${escapeText(output)} exists already`, {
    hint: 'choose another file: a secret is never written over something else',
  });
}

/** Shows the secret, or writes it where it was asked for. */
export async function showOnce(
  session: Session,
  { secret, member, document, words }: OneTimeSecret,
  { output }: SecretOutput,
): Promise<Result> {
  const text = secretWords(secret);
  if (output !== undefined) {
    await session.context.operations.writeFile(
      { path: output, force: false },
      oneChunk(utf8Bytes(`${text}\n`)),
    );
    return answer({ ...document, path: output }, (terminal) =>
      [...words(terminal), `written to ${escapeText(output)}`].join('\n'),
    );
  }
  return answer({ ...document, [member]: text }, (terminal) =>
    [...words(terminal), paint(terminal, 'warning', 'shown once, kept nowhere:'), text].join('\n'),
  );
}

/** A secret as people copy it. */
export function secretWords(secret: SecretBytes): string {
  return utf8Text(secret.expose()) ?? '';
}
