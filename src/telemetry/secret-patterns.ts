/** What stands in the place of a secret. */
export const SECRET = '[secret]';
/** What stands in the place of somebody's personal data. */
export const PERSONAL = '[personal]';

/** Words that name a secret, wherever they stand in a name: `new_password`, `clientSecret`, `X-Api-Key`. */
const SECRET_WORDS =
  'passw(?:or)?d|passwd|pwd|passphrase|pass[-_]?code|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|root[-_]?key|access[-_]?code|recovery[-_]?code|authorization|authentication|credential|cookie|session|set-cookie|challenge|assertion|client[-_]?assertion|code[-_]?verifier|strongroom-device|device[-_]?token|totp|otp|share|signature[-_]?key|jwt|bearer|pepper|seed|pin';

const SECRET_NAME = new RegExp(`(?:${SECRET_WORDS})s?$`, 'i');
/** Fields that hold people, not principals: the record needs those. */
const PERSONAL_NAME = /^(?:e-?mail(?:[-_]?address)?|display[-_]?name|full[-_]?name|phone(?:[-_]?number)?)$/i;
/** Fields of this software whose names end like a secret's and that say nothing secret. */
const PLAIN_NAMES: ReadonlySet<string> = new Set(['credentialKind', 'sharesNeeded']);

/** Whether the value of a field of this name is never told. */
export function isSecretName(name: string): boolean {
  return !PLAIN_NAMES.has(name) && SECRET_NAME.test(name);
}

/** Whether a field of this name holds personal data. */
export function isPersonalName(name: string): boolean {
  return PERSONAL_NAME.test(name);
}

/** A pattern and what stands there afterwards. Each is linear in the length of the text. */
interface Rule {
  readonly pattern: RegExp;
  readonly by: string;
}

/** The value after a name: in quotes (also escaped ones) to their end, else up to what ends a value. */
const VALUE = String.raw`(?:"(?:[^"\\]|\\.)*(?:"|$)|\\{1,16}"[^"]*(?:"|$)|'[^']*(?:'|$)|[^\s"'&,;<>{}()\[\]]+)`;

/** Secrets by their shape, then by the name before them, then personal data. */
export const RULES: readonly Rule[] = [
  {
    pattern:
      /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|$)/g,
    by: SECRET,
  },
  { pattern: /AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]+/gi, by: SECRET },
  // This software's: tokens, shares of the root key, recovery codes.
  { pattern: /(?<![A-Za-z0-9])sr[psrbi]_[0-9A-Za-z]{6,}/g, by: SECRET },
  { pattern: /\bSRS1(?:-[0-9A-Z]{2,}){3,}/gi, by: SECRET },
  { pattern: /\b[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}\b/g, by: SECRET },
  // Of others: JSON Web Tokens, and tokens that say whose they are.
  { pattern: /eyJ[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*){1,4}/g, by: SECRET },
  {
    pattern:
      /(?<![A-Za-z0-9])(?:gh[pousr]_|github_pat_|glpat-|xox[abeoprs]-|sk-|rk_live_|sk_live_|hf_|npm_|pypi-|dop_v1_|AIza|ya29\.|hvs\.|A[KS]IA)[A-Za-z0-9_./+-]{10,}/g,
    by: SECRET,
  },
  { pattern: /\$(?:argon2(?:id|i|d)|2[aby]|scrypt|pbkdf2[a-z0-9-]*)\$[^\s"']+/g, by: SECRET },
  { pattern: /\b(Bearer|Basic|Digest|Negotiate|DPoP)\s+[A-Za-z0-9._~+/=-]{4,}/gi, by: `$1 ${SECRET}` },
  { pattern: /((?:^|[\s"'])(?:proxy-)?authorization["']?\s{0,16}[:=]\s{0,16})[^\r\n]+/gi, by: `$1${SECRET}` },
  { pattern: /((?:^|[\s"'])(?:set-)?cookie["']?\s{0,16}[:=]\s{0,16})[^\r\n]+/gi, by: `$1${SECRET}` },
  { pattern: /([a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/@"'<>]+@/gi, by: `$1${SECRET}@` },
  {
    pattern: new RegExp(
      String.raw`((?:${SECRET_WORDS})s?\\{0,16}["']?\s{0,16}(?:[:=]|=>)\s{0,16})(?!\[secret\])${VALUE}`,
      'gi',
    ),
    by: `$1${SECRET}`,
  },
  {
    pattern: new RegExp(String.raw`((?:<|--)(?:${SECRET_WORDS})(?:>|=|\s+))[^\s<]+`, 'gi'),
    by: `$1${SECRET}`,
  },
  { pattern: /[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}/g, by: PERSONAL },
];
