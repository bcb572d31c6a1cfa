import { Decrypter, Encrypter } from 'age-encryption';
import { bufferView, concatBytes, utf8Bytes, utf8Text } from '../../bytes/index.ts';
import { isStrongroomError, StrongroomError } from '../../errors/index.ts';
import { type AgeKeys, type AgeRecipients, identitiesOf, recipientsOf } from './age-keys.ts';
import type { PulledBytes } from './pulled-bytes.ts';

/** Longest header of an age file that is read or written: room for sixty post-quantum recipients. */
export const MAX_AGE_HEADER_BYTES = 128 * 1024;

const INTRO = 'age-encryption.org/v1\n';
const ARMOR = '-----BEGIN AGE';
const MAC_LINE = utf8Bytes('\n--- ');
/** What the library appends to the header of an empty file: a nonce and the tag of the one, empty chunk. */
const EMPTY_PAYLOAD_BYTES = 32;
/** How much is read at a time while looking for the end of the header. */
const PIECE_BYTES = 4096;
const FILE_KEY_BYTES = 16;

/** A header and the key that it wraps. */
export interface AgeHeader {
  readonly header: Uint8Array;
  /** 16 bytes; wipe it when the payload key is derived. */
  readonly fileKey: Uint8Array;
}

/** Makes a file key and wraps it. Throws `INPUT_INVALID` for recipients that are none. */
export async function sealAgeHeader(to: AgeRecipients): Promise<AgeHeader> {
  const encrypter = new Encrypter();
  const captured: Uint8Array[] = [];
  // The library would encrypt the payload in JavaScript, so it gets an empty one, and tells us the key by this.
  encrypter.addRecipient({
    wrapFileKey: (fileKey) => {
      captured.push(new Uint8Array(fileKey));
      return [];
    },
  });
  for (const recipient of recipientsOf(to)) {
    try {
      encrypter.addRecipient(recipient);
    } catch (cause) {
      throw new StrongroomError('INPUT_INVALID', 'not an age recipient; expected age1…', { cause });
    }
  }
  const file = await encrypter.encrypt(new Uint8Array(0));
  const [fileKey] = captured;
  const header = file.slice(0, file.length - EMPTY_PAYLOAD_BYTES);
  if (fileKey === undefined) throw new StrongroomError('INTERNAL', 'age made no file key');
  if (header.length > MAX_AGE_HEADER_BYTES)
    throw new StrongroomError('INPUT_TOO_LARGE', `an age header of more than ${MAX_AGE_HEADER_BYTES} bytes`);
  return { header, fileKey };
}

/**
 * The file key out of a header. Throws `KEY_REFUSED` when none of the keys opens it, `CONTAINER_MALFORMED` or
 * `CONTAINER_TAMPERED` when the header is broken, `CONTAINER_LIMIT` when its scrypt would cost too much.
 */
export async function openAgeHeader(header: Uint8Array, keys: AgeKeys): Promise<Uint8Array> {
  const decrypter = new Decrypter();
  for (const identity of identitiesOf(keys)) {
    try {
      decrypter.addIdentity(identity);
    } catch (cause) {
      throw new StrongroomError('INPUT_INVALID', 'not an age identity; expected AGE-SECRET-KEY-1…', {
        cause,
      });
    }
  }
  const fileKey = await decrypter.decryptHeader(header).catch((error: unknown) => {
    throw headerError(error);
  });
  if (fileKey.length !== FILE_KEY_BYTES)
    throw new StrongroomError('CONTAINER_MALFORMED', 'the age file wraps a key of a wrong length');
  return fileKey;
}

/** The library tells its failures apart by their messages only; a test holds them fixed. */
function headerError(error: unknown): StrongroomError {
  if (isStrongroomError(error)) return error;
  const message = error instanceof Error ? error.message : '';
  if (message.startsWith('no identity matched'))
    return new StrongroomError('KEY_REFUSED', 'no key given here opens this age file', { cause: error });
  if (message === 'invalid header HMAC')
    return new StrongroomError('CONTAINER_TAMPERED', 'the header of the age file was changed', {
      cause: error,
    });
  return new StrongroomError('CONTAINER_MALFORMED', 'the header of the age file is malformed', {
    cause: error,
  });
}

/**
 * Takes the header off the front of a stream. Throws `CONTAINER_MALFORMED` when it is no age file,
 * `CONTAINER_UNSUPPORTED` when it is one in ASCII armor, `CONTAINER_LIMIT`, `CONTAINER_TRUNCATED`.
 */
export async function takeAgeHeader(input: PulledBytes): Promise<Uint8Array> {
  let held: Uint8Array = new Uint8Array(await input.take(INTRO.length));
  assertIntro(held);
  while (held.length < MAX_AGE_HEADER_BYTES) {
    const piece = await input.take(PIECE_BYTES);
    if (piece.length === 0)
      throw new StrongroomError('CONTAINER_TRUNCATED', 'the age file ends within its header');
    held = concatBytes(held, piece);
    const end = headerEnd(held);
    if (end !== undefined) {
      input.unread(held.subarray(end));
      return held.subarray(0, end);
    }
  }
  throw new StrongroomError('CONTAINER_LIMIT', `an age header of more than ${MAX_AGE_HEADER_BYTES} bytes`);
}

function assertIntro(held: Uint8Array): void {
  const text = utf8Text(held) ?? '';
  if (text === INTRO) return;
  if (text.startsWith(ARMOR))
    throw new StrongroomError('CONTAINER_UNSUPPORTED', 'an age file in ASCII armor', {
      hint: 'only binary age files are read; decode the lines between BEGIN and END with base64 -d',
    });
  throw new StrongroomError('CONTAINER_MALFORMED', 'not an age file');
}

function headerEnd(held: Uint8Array): number | undefined {
  const at = bufferView(held).indexOf(MAC_LINE);
  const newline = at === -1 ? -1 : held.indexOf(0x0a, at + MAC_LINE.length);
  return newline === -1 ? undefined : newline + 1;
}
