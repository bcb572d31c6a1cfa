import { createHash } from 'node:crypto';

/** One secret as somebody writes it, and the part that must never come out. */
export interface CorpusSecret {
  readonly kind: string;
  readonly written: string;
  readonly secret: string;
}

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Letters and digits that look random and are the same every time. */
function letters(count: number, seed: string, alphabet = DIGITS): string {
  let text = '';
  for (let round = 0; text.length < count; round += 1) {
    const bytes = createHash('sha256').update(`${seed} ${round}`).digest();
    text += [...bytes].map((byte) => alphabet.charAt(byte % alphabet.length)).join('');
  }
  return text.slice(0, count);
}

const base64 = (text: string) => Buffer.from(text).toString('base64url');

/** Ten of a kind. */
const KINDS: Readonly<Record<string, (seed: string) => Omit<CorpusSecret, 'kind'>>> = {
  'personal token': (seed) => whole(`srp_${letters(38, seed)}`),
  'service account token': (seed) => whole(`srs_${letters(38, seed)}`),
  'refresh token': (seed) => whole(`srr_${letters(38, seed)}`),
  'bootstrap token': (seed) => whole(`srb_${letters(38, seed)}`),
  invitation: (seed) => whole(`sri_${letters(38, seed)}`),
  'JSON Web Token': (seed) =>
    whole(`${base64('{"alg":"EdDSA"}')}.${base64(`{"sub":"${letters(20, seed)}"}`)}.${letters(86, seed)}`),
  'age identity': (seed) => whole(`AGE-SECRET-KEY-1${letters(58, seed, 'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L')}`),
  'PEM private key': (seed) => {
    const body = letters(64, seed);
    return {
      written: `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----`,
      secret: body,
    };
  },
  'share of the root key': (seed) =>
    whole(`SRS1-${letters(20, seed, '0123456789ABCDEFGHJKMNPQRSTVWXYZ').replace(/(.{5})(?=.)/g, '$1-')}`),
  'recovery code': (seed) =>
    whole(letters(16, seed, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567').replace(/(.{4})(?=.)/g, '$1-')),
  'password assignment': (seed) => named((value) => `password=${value}`, seed),
  'password in JSON': (seed) => named((value) => JSON.stringify({ password: value }), seed),
  'access code in JSON': (seed) => named((value) => `{"accessCode": "${value}", "x": 1}`, seed),
  'client secret': (seed) => named((value) => `client_secret: '${value}'`, seed),
  'Authorization header': (seed) => named((value) => `Authorization: Basic ${value}`, seed),
  'bearer credential': (seed) => named((value) => `sent Bearer ${value}`, seed),
  cookie: (seed) => named((value) => `Cookie: __Host-session=${value}; a=b`, seed),
  'user of a URL': (seed) => named((value) => `https://ada:${value}@models.example/x`, seed),
  'token of a code host': (seed) => whole(`ghp_${letters(36, seed)}`),
  'key of a cloud': (seed) => whole(`AKIA${letters(16, seed, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}`),
};

function whole(text: string): Omit<CorpusSecret, 'kind'> {
  return { written: text, secret: text };
}

function named(write: (value: string) => string, seed: string): Omit<CorpusSecret, 'kind'> {
  const value = letters(24, seed);
  return { written: write(value), secret: value };
}

/** Two hundred secrets of twenty kinds. */
export function secretCorpus(): readonly CorpusSecret[] {
  return Object.entries(KINDS).flatMap(([kind, make]) =>
    Array.from({ length: 10 }, (_, at) => ({ kind, ...make(`${kind} ${at}`) })),
  );
}
