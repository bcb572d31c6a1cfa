import { type Identity, type Recipient, Stanza } from 'age-encryption';
import {
  concatBytes,
  fromBase64,
  type Passphrase,
  type SecretBytes,
  toBase64,
  utf8Bytes,
  utf8Text,
} from '../../bytes/index.ts';
import {
  chachaOpen,
  chachaSeal,
  derivePasswordKey,
  hpkeOpenHybrid,
  hpkeSealHybrid,
  randomBytes,
} from '../../crypto/index.ts';
import { StrongroomError } from '../../errors/index.ts';

/** To whom an age file is sealed: public keys, or one passphrase (age allows no mixture). */
export type AgeRecipients =
  /** `age1…` (X25519, or hardware tags), or `age1pq1…` (post-quantum); not both kinds for one file. */
  | { readonly recipients: readonly string[] }
  /** `workFactor`: log2 of scrypt's N, 18 by default, 17 to 20. */
  | { readonly passphrase: Passphrase; readonly workFactor?: number };

/** What may open an age file. */
export interface AgeKeys {
  /** `AGE-SECRET-KEY-1…` and `AGE-SECRET-KEY-PQ-1…` as ASCII bytes. */
  readonly identities?: readonly SecretBytes[];
  readonly passphrase?: Passphrase;
}

/** The work factor that age itself writes. */
const DEFAULT_WORK_FACTOR = 18;
/** Below this a passphrase is not protected (OWASP); above, opening takes more than 1 GiB of memory. */
const WORK_FACTORS = { min: 17, max: 20 } as const;

const SCRYPT_LABEL = utf8Bytes('age-encryption.org/v1/scrypt');
const SCRYPT_SALT_BYTES = 16;
const HYBRID_INFO = 'age-encryption.org/mlkem768x25519';
const HYBRID_ENC_BYTES = 1120;
/** A file key of 16 bytes and its tag; a longer body could carry two keys (age's rule against partitioning oracles). */
const WRAPPED_KEY_BYTES = 32;
/** The key is used once, so its nonce is zero. */
const ZERO_NONCE = new Uint8Array(12);

/** The recipients as the library takes them; what costs time or is a secret is done natively. */
export function recipientsOf(to: AgeRecipients): readonly (string | Recipient)[] {
  if ('passphrase' in to) return [scryptRecipient(to.passphrase, to.workFactor ?? DEFAULT_WORK_FACTOR)];
  if (to.recipients.length === 0) throw new StrongroomError('INPUT_INVALID', 'no recipient was given');
  const isPostQuantum = (text: string) => /^age1(?:tag)?pq1/.test(text);
  if (to.recipients.some(isPostQuantum) && !to.recipients.every(isPostQuantum)) {
    throw new StrongroomError('INPUT_INVALID', 'post-quantum and other recipients in one file', {
      hint: 'a file is only as safe as its weakest recipient; seal one for each kind',
    });
  }
  return to.recipients.map((text) => (text.startsWith('age1pq1') ? hybridRecipient(text) : text));
}

/** The keys as the library takes them. Throws `INPUT_INVALID` when there is none. */
export function identitiesOf(keys: AgeKeys): readonly (string | Identity)[] {
  const identities = (keys.identities ?? []).map((secret): string | Identity => {
    // The library takes an X25519 identity as text only.
    const text = utf8Text(secret.expose()) ?? '';
    return text.startsWith('AGE-SECRET-KEY-PQ-1') ? hybridIdentity(secret) : text;
  });
  const all = keys.passphrase === undefined ? identities : [...identities, scryptIdentity(keys.passphrase)];
  if (all.length === 0) throw new StrongroomError('INPUT_INVALID', 'no identity and no passphrase was given');
  return all;
}

function hybridRecipient(recipient: string): Recipient {
  return {
    wrapFileKey: (fileKey) => {
      const { enc, ciphertext } = hpkeSealHybrid(recipient, { info: HYBRID_INFO }, fileKey);
      return [new Stanza(['mlkem768x25519', toUnpadded(enc)], ciphertext)];
    },
  };
}

function hybridIdentity(secret: SecretBytes): Identity {
  return {
    unwrapFileKey: (stanzas) => {
      for (const { args, body } of stanzas) {
        if (args[0] !== 'mlkem768x25519') continue;
        const enc = fromUnpadded(args[1]);
        if (args.length !== 2 || enc?.length !== HYBRID_ENC_BYTES || body.length !== WRAPPED_KEY_BYTES)
          throw malformed();
        const fileKey = hpkeOpenHybrid(secret, { info: HYBRID_INFO }, { enc, ciphertext: body });
        if (fileKey !== undefined) return fileKey;
      }
      return null;
    },
  };
}

function scryptRecipient(passphrase: Passphrase, logN: number): Recipient {
  if (!Number.isInteger(logN) || logN < WORK_FACTORS.min || logN > WORK_FACTORS.max) {
    const range = `${WORK_FACTORS.min} to ${WORK_FACTORS.max}`;
    throw new StrongroomError('INPUT_INVALID', `a work factor is a whole number from ${range}`);
  }
  return {
    wrapFileKey: async (fileKey) => {
      const salt = randomBytes(SCRYPT_SALT_BYTES);
      using key = await scryptKey(passphrase, salt, logN);
      const body = chachaSeal({ key, iv: ZERO_NONCE }, fileKey);
      return [new Stanza(['scrypt', toUnpadded(salt), String(logN)], body)];
    },
  };
}

function scryptIdentity(passphrase: Passphrase): Identity {
  return {
    unwrapFileKey: async (stanzas) => {
      const stanza = stanzas.find(({ args }) => args[0] === 'scrypt');
      if (stanza === undefined) return null;
      const { args, body } = stanza;
      const salt = fromUnpadded(args[1]);
      const isWellFormed = args.length === 3 && salt?.length === SCRYPT_SALT_BYTES && stanzas.length === 1;
      if (!isWellFormed || !/^[1-9]\d?$/.test(args[2] ?? '') || body.length !== WRAPPED_KEY_BYTES)
        throw malformed();
      const logN = Number(args[2]);
      if (logN > WORK_FACTORS.max)
        throw new StrongroomError('CONTAINER_LIMIT', `an scrypt work factor above ${WORK_FACTORS.max}`);
      using key = await scryptKey(passphrase, salt, logN);
      return chachaOpen({ key, iv: ZERO_NONCE }, body) ?? null;
    },
  };
}

function scryptKey(passphrase: Passphrase, salt: Uint8Array, logN: number): Promise<SecretBytes> {
  const params = { blockSize: 8, parallelism: 1, logN, salt: concatBytes(SCRYPT_LABEL, salt) };
  return derivePasswordKey(passphrase, { algorithm: 'scrypt', ...params });
}

function malformed(): StrongroomError {
  return new StrongroomError('CONTAINER_MALFORMED', 'the header of the age file has a malformed stanza');
}

function toUnpadded(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll('=', '');
}

function fromUnpadded(text = ''): Uint8Array | undefined {
  return text.includes('=') ? undefined : fromBase64(text.padEnd(Math.ceil(text.length / 4) * 4, '='));
}
