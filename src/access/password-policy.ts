import { Passphrase, type SecretBytes, utf8Text } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { guessBits } from './guess-bits.ts';

/** Longest password in code points. */
const MAX_CODE_POINTS = 128;
/** Longest password in bytes of UTF-8, before anything is done with it. */
const MAX_PASSWORD_BYTES = 512;
/** What a guesser who tries the usual first must need at least, in bits. */
const MIN_GUESS_BITS = 40;
const PRODUCT_WORDS = ['strongroom', 'strong', 'room'];
/** Shorter words of the context are parts of everything. */
const MIN_CONTEXT_CHARS = 3;

export interface PasswordPolicy {
  /** Fewest code points: 15 where the password is the only factor (NIST SP 800-63B-4 §3.1.1.2). */
  readonly minCodePoints: number;
  /** Whether it stands on the operator's own list. */
  readonly isBlocked?: (password: string) => Promise<boolean>;
}

/** Whose password it is to be. */
export interface PasswordOwner {
  readonly name: string;
  readonly email?: string;
}

/**
 * A typed password as it is hashed: UTF-8 in NFC, not trimmed, not cut, not folded. `undefined` when it is none that
 * was ever accepted: not UTF-8, or too long.
 */
export function typedPassword(typed: SecretBytes): Passphrase | undefined {
  if (typed.length > MAX_PASSWORD_BYTES) return undefined;
  const text = utf8Text(typed.expose());
  return text?.isWellFormed() === true && text !== '' ? Passphrase.fromText(text) : undefined;
}

/**
 * Refuses a new password that is short, too long, or among the first that a guesser tries; there are no rules on kinds
 * of characters, and it never expires. Throws `PASSWORD_WEAK`.
 */
export async function acceptPassword(
  typed: SecretBytes,
  owner: PasswordOwner,
  policy: PasswordPolicy,
): Promise<Passphrase> {
  const password = typedPassword(typed);
  const text = password && utf8Text(password.expose());
  if (password === undefined || text === undefined)
    throw weak(`a password is text of at most ${MAX_PASSWORD_BYTES} bytes`);
  const codePoints = Array.from(text).length;
  if (codePoints < policy.minCodePoints)
    throw weak(`a password has at least ${policy.minCodePoints} characters, this one has ${codePoints}`);
  if (codePoints > MAX_CODE_POINTS) throw weak(`a password has at most ${MAX_CODE_POINTS} characters`);
  if (guessBits(text, contextOf(owner)) < MIN_GUESS_BITS)
    throw weak('the password is made of what everybody tries first');
  if ((await policy.isBlocked?.(text)) === true) throw weak('the password is on the list of known passwords');
  return password;
}

function contextOf({ name, email = '' }: PasswordOwner): readonly string[] {
  const localPart = email.split('@')[0] ?? '';
  const words = [name, localPart, ...name.split(/[._-]/), ...localPart.split(/[._+-]/)];
  return [...PRODUCT_WORDS, ...words.map((word) => word.toLowerCase())].filter(
    (word) => word.length >= MIN_CONTEXT_CHARS,
  );
}

function weak(message: string): StrongroomError {
  return new StrongroomError('PASSWORD_WEAK', message);
}
