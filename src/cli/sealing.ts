import type { Command } from 'commander';
import { SecretBytes, utf8Bytes } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { parseRootKey } from '../keyring/index.ts';
import type { OpenWith, SealedFor } from './operations.ts';
import type { Session } from './session.ts';
import { collectWords } from './values.ts';

/** Options that say who shall open a sealed file. */
export interface SealedForOptions {
  readonly recipient?: readonly string[];
  readonly recipientFile?: readonly string[];
  readonly keyFile?: string;
  readonly passphrase?: boolean;
}

/** Options that say what opens a sealed file. */
export interface OpenWithOptions {
  readonly identityFile?: readonly string[];
  readonly keyFile?: string;
}

const ASK_HINT = 'name a file with --passphrase-file';

/** Adds the options of `SealedForOptions`. */
export function addSealedForOptions(command: Command): Command {
  return command
    .option('-r, --recipient <key>', 'seal for this recipient, age1pq1… (repeatable)', collectWords)
    .option('--recipient-file <path>', 'recipients, one a line (repeatable)', collectWords)
    .option('--key-file <path>', 'seal under a key file (32 bytes, base64)')
    .option('--passphrase', 'seal under a passphrase too, asked for twice');
}

/** Adds the options of `OpenWithOptions`. */
export function addOpenWithOptions(command: Command): Command {
  return command
    .option('-i, --identity-file <path>', 'the secret key that keygen wrote (repeatable)', collectWords)
    .option('--key-file <path>', 'the key file it was sealed under');
}

/** Whom to seal for: what the options name, or else a passphrase that is asked for. Throws `INPUT_INVALID`. */
export async function readSealedFor(session: Session, options: SealedForOptions): Promise<SealedFor> {
  const recipients = [...(options.recipient ?? [])];
  for (const path of options.recipientFile ?? [])
    recipients.push(...significantLines(await session.secrets.readText(path)));
  const key =
    options.keyFile === undefined ? undefined : parseRootKey(await session.secrets.readText(options.keyFile));
  const { passphraseFile } = session.options;
  const isOther = recipients.length > 0 || key !== undefined;
  const isAsked = options.passphrase === true || !isOther;
  const passphrase =
    passphraseFile !== undefined
      ? await session.secrets.readPassphrase(passphraseFile)
      : isAsked
        ? await session.secrets.askNew(
            'new passphrase for the file',
            `${ASK_HINT}, or use --recipient or --key-file`,
          )
        : undefined;
  return { recipients, ...(key && { key }), ...(passphrase && { passphrase }) };
}

/** What to open with: what the options name, or else a passphrase that is asked for. Throws `INPUT_INVALID`. */
export async function readOpenWith(session: Session, options: OpenWithOptions): Promise<OpenWith> {
  const identities: SecretBytes[] = [];
  for (const path of options.identityFile ?? []) {
    const lines = significantLines(await session.secrets.readText(path));
    if (lines.length === 0) {
      throw new StrongroomError('INPUT_INVALID', 'the identity file holds no secret key', {
        hint: 'strongroom keygen makes one; its line starts with AGE-SECRET-KEY',
      });
    }
    identities.push(...lines.map((line) => SecretBytes.take(utf8Bytes(line))));
  }
  const key =
    options.keyFile === undefined ? undefined : parseRootKey(await session.secrets.readText(options.keyFile));
  const { passphraseFile } = session.options;
  const isOther = identities.length > 0 || key !== undefined;
  const passphrase =
    passphraseFile !== undefined
      ? await session.secrets.readPassphrase(passphraseFile)
      : isOther
        ? undefined
        : await session.secrets.ask('passphrase of the file', `${ASK_HINT}, --identity-file or --key-file`);
  return { identities, ...(key && { key }), ...(passphrase && { passphrase }) };
}

/** The lines of a key file that are neither empty nor comments. */
function significantLines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}
