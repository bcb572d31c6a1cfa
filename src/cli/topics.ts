import { EXIT_CODES, OTHER_EXIT_CODES } from './exit-codes.ts';

/** A page of `strongroom help TOPIC`. */
export interface Topic {
  readonly summary: string;
  readonly text: () => string;
}

/** Environment variables of the command line itself; those of settings are in `strongroom config show`. */
const ENVIRONMENT: readonly (readonly [name: string, meaning: string])[] = [
  ['STRONGROOM_HOME', 'the home to work on, as --home'],
  ['STRONGROOM_SERVER', 'the server to work through instead, as --server'],
  ['STRONGROOM_TOKEN_FILE', 'file with a token for the server, instead of strongroom login'],
  ['STRONGROOM_TOKEN', 'the token itself; a file is safer'],
  ['STRONGROOM_CA_FILE', 'certificates of the authority that certifies the server'],
  ['STRONGROOM_PIN', 'SHA-256 of the certificate of the server'],
  ['XDG_STATE_HOME', 'where log-ins are remembered (default: ~/.local/state)'],
  ['STRONGROOM_ROOT_KEY_FILE', 'key file that opens the home, as --root-key-file'],
  ['STRONGROOM_ROOT_KEY', 'the key itself (32 bytes, base64); a file is safer'],
  ['STRONGROOM_PASSPHRASE_FILE', 'file with the root passphrase, as --passphrase-file'],
  ['STRONGROOM_SHARE_FILES', 'files with Shamir shares, separated as in PATH'],
  ['STRONGROOM_ACCESS_CODE_FILE', 'file with the access code of a model, as --access-code-file'],
  ['NO_COLOR', 'no colour when it is not empty'],
];

/** Pages beyond the commands. */
export const TOPICS: Readonly<Record<string, Topic>> = {
  'exit-codes': { summary: 'what the exit code tells a script', text: exitCodesText },
  environment: { summary: 'variables that are read', text: environmentText },
  secrets: { summary: 'how passphrases, keys and codes are given', text: secretsText },
  outcomes: { summary: 'what a scan comes to, and what follows from it', text: outcomesText },
  json: { summary: 'what --json prints', text: jsonText },
};

function exitCodesText(): string {
  const ofKinds = Object.entries(EXIT_CODES).map(([kind, { code, meaning }]) => ({
    code,
    meaning: `${kind}: ${meaning}`,
  }));
  const rows = [...OTHER_EXIT_CODES, ...ofKinds].sort((a, b) => a.code - b.code);
  return `Exit codes:\n${rows.map(({ code, meaning }) => `  ${String(code).padStart(3)}  ${meaning}`).join('\n')}`;
}

function environmentText(): string {
  const width = Math.max(...ENVIRONMENT.map(([name]) => name.length));
  const lines = ENVIRONMENT.map(([name, meaning]) => `  ${name.padEnd(width)}  ${meaning}`);
  return `Environment (an option on the command line wins):\n${lines.join('\n')}\n\nSettings have variables too: strongroom config show`;
}

function secretsText(): string {
  return [
    'Secrets never stand on the command line, where other users could read them. They come',
    '  1. from a file that an option names (- is standard input),',
    '  2. from a file that the environment names (strongroom help environment),',
    '  3. from the terminal, without echo; new ones twice.',
    'One trailing newline does not count. Files that others may read are used with a warning;',
    'files over 64 KiB are refused.',
  ].join('\n');
}

function outcomesText(): string {
  return [
    'Every file is scanned on its way in, as it was sealed; nothing of it is executed. What a scan comes to:',
    '  clean         looked at wholly, and nothing found',
    '  unknown       no reader knows the format',
    '  inconclusive  it could not be looked at wholly',
    '  suspicious    it does what models need not do',
    '  malicious     loading it would do harm',
    'A namespace says for each whether it comes in (allow), waits unseen (quarantine) or is refused:',
    '  strongroom trust show acme',
    'Without a word of yours, clean comes in, malicious is refused, and everything else waits until two',
    'people release it. Rules change with new versions: strongroom scans rescan --all looks again, and',
    'withdraws what is worse than it was. docs/guides/trust.md tells the rest.',
  ].join('\n');
}

function jsonText(): string {
  return [
    'With --json, stdout holds exactly one JSON document, an object with named members that stay;',
    'new members may come. Sizes are bytes, instants ISO 8601 in UTC. An error leaves stdout empty and',
    'puts {"error":{"code","kind","message","hint"}} on stderr, as one line; warnings are\n{"warning"} lines before it. Damage that verify finds is an answer:',
    'it is in the document, and the exit code is 7. docs/guides/command-line.md lists the members.',
  ].join('\n');
}
