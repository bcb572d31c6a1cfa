import { crc32 } from 'node:zlib';
import { utf8Bytes } from '../../bytes/index.ts';
import type { RuleId } from '../rules/index.ts';

/** The form of one kind of secret. */
export interface SecretPattern {
  readonly rule: RuleId;
  /** What it is, as a finding says it. */
  readonly what: string;
  /** Global; its first group, or all of it, is the secret. */
  readonly pattern: RegExp;
  /** Shannon entropy in bits per character below which it is an example, not a secret. */
  readonly minEntropy: number;
  /** A check sum in the secret itself. */
  readonly isValid?: (secret: string) => boolean;
}

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

const token = (what: string, pattern: RegExp, minEntropy: number = 3): SecretPattern => ({
  rule: 'SECRET_TOKEN',
  what,
  pattern,
  minEntropy,
});

/** Secrets of known forms, every repetition bounded, since the text is hostile. Bare UUIDs, `Basic …`, base64 and addresses of coins are left out: they are noise. */
export const SECRET_PATTERNS: readonly SecretPattern[] = [
  {
    rule: 'SECRET_PRIVATE_KEY',
    what: 'a PEM private key',
    pattern:
      /-----BEGIN (?:RSA |EC |DSA |OPENSSH |ENCRYPTED |PGP )?PRIVATE KEY(?: BLOCK)?-----[\r\n\\][\s\S]{40,4000}/g,
    minEntropy: 0,
  },
  { ...token('an age identity', /\bAGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]{40,200}/g), rule: 'SECRET_PRIVATE_KEY' },
  token('an AWS access key id', /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/g),
  {
    ...token('a GitHub token', /\bgh[pousr]_[A-Za-z0-9]{36}\b/g, 0),
    isValid: hasGithubChecksum,
  },
  token('a GitHub fine-grained token', /\bgithub_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}\b/g),
  token('a Hugging Face token', /\b(?:hf|api_org)_[A-Za-z]{34}\b/g),
  token(
    'an OpenAI key',
    /\bsk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{20,200}T3BlbkFJ[A-Za-z0-9_-]{20,200}/g,
  ),
  token('an Anthropic key', /\bsk-ant-[a-z]+[0-9]{2}-[A-Za-z0-9_-]{80,320}/g),
  token('a GitLab token', /\bgl(?:pat|dt|rt|ptt|cbt)-[A-Za-z0-9_-]{20,200}/g),
  token('a Slack token', /\bxox[abeoprs]-(?:[0-9]{8,16}-){1,4}[A-Za-z0-9-]{16,64}/g),
  token(
    'a Slack webhook',
    /\bhttps:\/\/hooks\.slack\.com\/services\/T[A-Z0-9]{8,16}\/B[A-Z0-9]{8,16}\/[A-Za-z0-9]{20,200}/g,
  ),
  token('a Stripe key', /\b[sr]k_live_[A-Za-z0-9]{20,200}/g),
  token('a Google API key', /\bAIza[A-Za-z0-9_-]{35}\b/g, 3.5),
  token('a Google OAuth secret', /\bGOCSPX-[A-Za-z0-9_-]{28}\b/g),
  token('an npm token', /\bnpm_[A-Za-z0-9]{36}\b/g),
  token('a PyPI token', /\bpypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,200}/g),
  token('a SendGrid key', /\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}\b/g),
  token('an Azure storage key', /\bAccountKey=([A-Za-z0-9+/]{86}==)/g),
  token('a DigitalOcean token', /\bdo[opr]_v1_[a-f0-9]{64}\b/g),
  token('a Vault token', /\bhv[sbr]\.[A-Za-z0-9_-]{24,200}/g),
  token('a Weights & Biases key', /\bWANDB_API_KEY["']?\s*[=:]\s*["']?([0-9a-f]{40})\b/g),
  token(
    'a JSON Web Token',
    /\beyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,2000}\.[A-Za-z0-9_-]{20,200}/g,
    4,
  ),
  token('an AWS secret key', /\baws_?secret_?access_?key["']?\s*[=:]\s*["']?([A-Za-z0-9/+]{40})\b/gi, 4),
  {
    rule: 'SECRET_PASSWORD',
    what: 'a password in a URL',
    pattern: /\b[a-z][a-z0-9+.-]{1,15}:\/\/[^\s:/@"'<>]{1,64}:([^\s:/@"'<>${}]{6,64})@[A-Za-z0-9.-]+/g,
    minEntropy: 2.5,
  },
];

/** The last six characters of GitHub's tokens are the base62 CRC-32 of the thirty before. */
function hasGithubChecksum(secret: string): boolean {
  const body = secret.slice(4);
  let sum = crc32(utf8Bytes(body.slice(0, 30)));
  let expected = '';
  for (let place = 0; place < 6; place++) {
    expected = `${BASE62[sum % 62] ?? ''}${expected}`;
    sum = Math.floor(sum / 62);
  }
  return body.slice(30) === expected;
}

/** Shannon entropy of the characters of a text, in bits per character. */
export function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
  let entropy = 0;
  for (const count of counts.values()) entropy -= (count / text.length) * Math.log2(count / text.length);
  return entropy;
}
