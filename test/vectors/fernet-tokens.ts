import { createCipheriv, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../../../shared/vectors/fernet');

/** One entry of the Fernet specification's vectors. */
export interface FernetVector {
  readonly desc?: string;
  readonly token: string;
  readonly now: string;
  readonly ttl_sec?: number;
  readonly iv?: readonly number[];
  readonly src?: string;
  readonly secret: string;
}

/** The vectors of one file; `undefined` where the external vectors are not at hand. */
export function fernetVectors(name: 'generate' | 'verify' | 'invalid'): readonly FernetVector[] | undefined {
  try {
    return JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')) as FernetVector[];
  } catch {
    return undefined;
  }
}

/** Makes a token as the specification says, since the product itself only reads them. */
export function makeFernetToken(
  plaintext: Uint8Array,
  key: Uint8Array,
  { iv, seconds }: { iv: Uint8Array; seconds: number },
): Uint8Array {
  const head = Buffer.alloc(9);
  head[0] = 0x80;
  head.writeBigUInt64BE(BigInt(seconds), 1);
  const cipher = createCipheriv('aes-128-cbc', key.subarray(16, 32), iv);
  const body = Buffer.concat([head, iv, cipher.update(plaintext), cipher.final()]);
  const mac = createHmac('sha256', key.subarray(0, 16)).update(body).digest();
  const text = Buffer.concat([body, mac]).toString('base64url');
  return Buffer.from(text.padEnd(Math.ceil(text.length / 4) * 4, '='));
}
