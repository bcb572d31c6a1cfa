/* eslint-disable @typescript-eslint/no-unsafe-class-instance-assignment, @typescript-eslint/no-unsafe-assignment -- the lines that must not compile are the test */
// Compiled, never run: secrets must not slip into strings, nor strings into secrets.
import type { AccessCode, PutVersionInput } from '../../src/api/index.ts';
import { Passphrase, SecretBytes } from '../../src/bytes/index.ts';
import type { Assert, Equals } from './equals.ts';

const secret = SecretBytes.copyOf(new Uint8Array(32));
const passphrase = Passphrase.fromText('correct horse');

// @ts-expect-error -- a secret is not a string
export const secretAsText: string = secret;
// @ts-expect-error -- a passphrase is not a string
export const passphraseAsText: string = passphrase;
// @ts-expect-error -- nor are a secret's bytes at hand without `expose`
export const secretAsBytes: Uint8Array = secret;
// @ts-expect-error -- plain text is not a passphrase until someone says so
export const textAsPassphrase: Passphrase = 'correct horse';
// @ts-expect-error -- a passphrase is not key material before a derivation
export const passphraseAsKey: SecretBytes = passphrase;
// @ts-expect-error -- only the factories make one
export const forged = new SecretBytes(Buffer.alloc(32));

export type AccessCodeIsSecret = Assert<Equals<AccessCode, Passphrase>>;
export type PutTakesSecret = Assert<Equals<Exclude<PutVersionInput['accessCode'], undefined>, Passphrase>>;
