import type { Command } from 'commander';
import type { AddedRootSeal, NewRootSeal } from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { formatRootKey, generateRootKey, parseRootKey } from '../keyring/index.ts';
import { MAX_SECRET_BYTES } from './secrets.ts';
import type { Session } from './session.ts';
import { escapeText, paint, type Terminal } from './terminal.ts';
import { PASSPHRASE_HINT } from './unseal.ts';
import { parseChoice, parseShares } from './values.ts';

/** Which seals somebody chose for the root key. */
export interface SealOptions {
  readonly keyFile?: string;
  readonly keyEnv?: boolean;
  readonly passphrase?: boolean;
  readonly newPassphraseFile?: string;
  readonly kdf?: 'argon2id' | 'scrypt' | 'pbkdf2-sha512' | 'pbkdf2-sha256';
  readonly shares?: { readonly threshold: number; readonly total: number };
  readonly label?: string;
}

const KDFS = ['argon2id', 'scrypt', 'pbkdf2-sha512', 'pbkdf2-sha256'] as const;

/** Adds the options that choose root seals. */
export function addSealOptions(command: Command): Command {
  return command
    .option('--key-file <path>', 'a key file; made (mode 0600) when it is not there')
    .option('--key-env', 'the key in STRONGROOM_ROOT_KEY (32 bytes, base64)')
    .option('--passphrase', 'a passphrase, asked for twice')
    .option('--new-passphrase-file <path>', 'a passphrase, from a file (- is standard input)')
    .option('--kdf <name>', `how the passphrase is stretched: ${KDFS.join(', ')}`, parseChoice(KDFS))
    .option('--shares <needed/total>', 'Shamir shares, such as 2/3; printed once', parseShares)
    .option('--label <text>', 'a note to recognise the seal by');
}

/** The chosen seals with their secrets; makes a key file where one was named that is not there. Throws `INPUT_INVALID`. */
export async function readSealChoice(session: Session, options: SealOptions): Promise<NewRootSeal[]> {
  const label = options.label === undefined ? {} : { label: options.label };
  const seals: NewRootSeal[] = [];
  if (options.keyFile !== undefined)
    seals.push({ kind: 'key-file', key: await keyOfFile(session, options.keyFile), ...label });
  if (options.keyEnv === true) seals.push({ kind: 'key-env', key: keyOfEnvironment(session), ...label });
  if (options.passphrase === true || options.newPassphraseFile !== undefined) {
    const kdf = options.kdf === undefined ? {} : { kdf: options.kdf };
    seals.push({ kind: 'passphrase', passphrase: await newPassphrase(session, options), ...kdf, ...label });
  }
  if (options.shares !== undefined) seals.push({ kind: 'shares', ...options.shares, ...label });
  return seals;
}

/** The seals of a command that cannot do without. Throws `INPUT_INVALID` for none. */
export async function readChosenSeals(session: Session, options: SealOptions): Promise<NewRootSeal[]> {
  const seals = await readSealChoice(session, options);
  if (seals.length > 0) return seals;
  throw new StrongroomError('INPUT_INVALID', 'no new root seal is named', {
    hint: 'use --key-file, --key-env, --passphrase, --new-passphrase-file or --shares',
  });
}

/** The one seal of a command that adds one. Throws `INPUT_INVALID` for none or several. */
export async function readOneSeal(session: Session, options: SealOptions): Promise<NewRootSeal> {
  const [seal, ...others] = await readSealChoice(session, options);
  if (seal !== undefined && others.length === 0) return seal;
  throw new StrongroomError('INPUT_INVALID', 'name exactly one new seal', {
    hint: 'use one of --key-file, --key-env, --passphrase, --new-passphrase-file and --shares',
  });
}

async function keyOfFile(session: Session, path: string): Promise<Uint8Array> {
  const { operations } = session.context;
  const there = await operations.readSecretFile(path, MAX_SECRET_BYTES);
  if (there !== undefined) {
    if (there.isExposed) await session.warn(`others may read ${escapeText(path)}; run chmod 600 on it`);
    return parseRootKey(there.bytes).expose();
  }
  const key = generateRootKey();
  await operations.writeFile({ path, force: false }, oneChunk(formatRootKey(key)));
  return key.expose();
}

function keyOfEnvironment(session: Session): Uint8Array {
  const text = session.context.env['STRONGROOM_ROOT_KEY'];
  if (text !== undefined && text !== '') return parseRootKey(text).expose();
  throw new StrongroomError('INPUT_INVALID', 'STRONGROOM_ROOT_KEY is not set', {
    hint: 'set it to 32 bytes as base64, as openssl rand -base64 32 makes them',
  });
}

async function newPassphrase(
  session: Session,
  options: SealOptions,
): ReturnType<Session['secrets']['askNew']> {
  const path = options.newPassphraseFile ?? session.options.passphraseFile;
  if (path !== undefined) return session.secrets.readPassphrase(path);
  return session.secrets.askNew('new root passphrase', `${PASSPHRASE_HINT}, or --new-passphrase-file`);
}

/** One chunk as a stream. */
export async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

/** New seals for people, with the shares that are shown this once. */
export function formatAddedSeals(terminal: Terminal, added: readonly AddedRootSeal[]): string {
  return added
    .map(({ seal, shares }) => {
      const line = `root seal ${escapeText(seal.id)}  ${seal.kind}${seal.label === '' ? '' : `  ${escapeText(seal.label)}`}`;
      if (shares === undefined) return line;
      const note = `${seal.shares?.threshold ?? 0} of these ${shares.length} shares open the home; they are shown once and kept nowhere`;
      return [line, paint(terminal, 'warning', note), ...shares.map((share) => `  ${share}`)].join('\n');
    })
    .join('\n');
}
