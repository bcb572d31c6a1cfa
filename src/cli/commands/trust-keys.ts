import { Command } from 'commander';
import type { SigningKey } from '../../api/index.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { answer, done } from '../result.ts';
import { readPublicFile } from '../signature-files.ts';
import { type Cell, formatTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { formatInstant } from '../units.ts';
import { parseChoice } from '../values.ts';

const ALGORITHMS = [
  'ecdsa-p256',
  'ecdsa-p384',
  'ecdsa-p521',
  'ml-dsa-65',
  'ed25519',
  'rsa-pss-sha256',
] as const;
/** Certificates of a chain as PEM. */
const MAX_CERTIFICATES_BYTES = 1 << 20;

interface ValidityOptions {
  readonly from?: string;
  readonly until?: string;
}

/** `trust keys …`: the keys that sign versions. */
export function trustKeysCommand(runner: Runner): Command {
  return new Command('keys')
    .description('list, make, import and revoke keys that sign')
    .addCommand(lsCommand(runner))
    .addCommand(generateCommand(runner))
    .addCommand(importCommand(runner))
    .addCommand(revokeCommand(runner));
}

function lsCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'ls',
    summary: 'list the keys that sign',
    examples: [
      ['strongroom trust keys ls', 'names, ids, and how long they are valid'],
      ['strongroom trust keys ls --json', 'with the public keys as PEM'],
    ],
  });
  return bindAct(command, runner, ({ session }) =>
    session.withApi(async (api) => {
      const keys = await api.signingKeys.list();
      return answer({ keys }, (terminal) => formatKeys(terminal, keys));
    }),
  );
}

function generateCommand(runner: Runner): Command {
  const command = addValidity(
    describeCommand({
      name: 'generate',
      args: '<name>',
      usage: '[options] NAME',
      summary: 'make a key that signs, kept sealed in the home',
      examples: [
        ['strongroom trust keys generate release', 'a P-384 key, valid for a year'],
        ['strongroom trust keys generate release-pq --algorithm ml-dsa-65', 'safe against quantum computers'],
      ],
    }).option(
      '--algorithm <name>',
      `${ALGORITHMS.join(', ')} (default: ecdsa-p384)`,
      parseChoice(ALGORITHMS),
    ),
  );
  return bindAct<ValidityOptions & { readonly algorithm?: string }>(
    command,
    runner,
    ({ session, args, options }) =>
      session.withApi(async (api) => {
        const { algorithm } = options;
        const key = await api.signingKeys.generate({
          name: wordAt(args, 0),
          ...(algorithm !== undefined && { algorithm }),
          ...validityOf(options),
        });
        return answer(
          { key },
          () => `${key.id}  ${key.algorithm}, valid until ${formatInstant(key.validUntil)}`,
        );
      }),
  );
}

interface ImportOptions extends ValidityOptions {
  readonly keyPassphraseFile?: string;
  readonly certificates?: string;
}

function importCommand(runner: Runner): Command {
  const command = addValidity(
    describeCommand({
      name: 'import',
      args: '<file> <name>',
      usage: '[options] FILE NAME',
      summary: 'take over a private key to sign with, or a public one to verify with',
      examples: [
        ['strongroom trust keys import signer.pub.pem partner', "somebody else's public key"],
        [
          'strongroom trust keys import key.pem release --key-passphrase-file pass --certificates chain.pem',
          'a private key with its certificates',
        ],
      ],
    })
      .option('--key-passphrase-file <path>', 'what opens the private key (- is standard input)')
      .option('--certificates <path>', 'certificates of the key as PEM, its own first'),
  );
  return bindAct<ImportOptions>(command, runner, async ({ session, args, options }) => {
    const { keyPassphraseFile, certificates } = options;
    const text = await session.secrets.readText(wordAt(args, 0));
    const passphrase = keyPassphraseFile && (await session.secrets.readPassphrase(keyPassphraseFile));
    const pem = certificates && (await readPublicFile(session, certificates, MAX_CERTIFICATES_BYTES));
    const key = await session.withApi((api) =>
      api.signingKeys.import({
        name: wordAt(args, 1),
        key: new TextEncoder().encode(text),
        ...(passphrase && { passphrase }),
        ...(pem && { certificates: pem }),
        ...validityOf(options),
      }),
    );
    return done(
      { key },
      `imported ${key.id} (${key.algorithm}${key.hasPrivateKey ? '' : ', to verify only'})`,
    );
  });
}

function revokeCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'revoke',
    args: '<id>',
    usage: '[options] ID',
    summary: 'let nothing count any more that a key signs, or signed since a time',
    more: 'It cannot be undone.',
    examples: [
      ['strongroom trust keys revoke ID --reason "laptop lost"', 'from now on; asks before'],
      [
        'strongroom trust keys revoke ID --reason leaked --at 2026-05-01T00:00:00.000Z',
        'since it may have leaked',
      ],
    ],
  })
    .requiredOption('-r, --reason <text>', 'why')
    .option('--at <time>', 'from when on, ISO 8601 in UTC with milliseconds (default: now)')
    .option('-y, --yes', 'do not ask');
  return bindAct<{ readonly reason: string; readonly at?: string; readonly yes?: boolean }>(
    command,
    runner,
    async ({ session, args, options }) => {
      const id = wordAt(args, 0);
      await session.confirm('revoke this key for good', options.yes);
      const { reason, at } = options;
      const key = await session.withApi((api) =>
        api.signingKeys.revoke({ id, reason, ...(at !== undefined && { at }) }),
      );
      return done({ key }, `revoked ${key.id}`);
    },
  );
}

function addValidity(command: Command): Command {
  return command
    .option('--from <time>', 'valid from, ISO 8601 in UTC with milliseconds (default: now)')
    .option('--until <time>', 'valid until (default: a year later)');
}

function validityOf({ from, until }: ValidityOptions) {
  return {
    ...(from !== undefined && { validFrom: from }),
    ...(until !== undefined && { validUntil: until }),
  };
}

function formatKeys(terminal: Terminal, keys: readonly SigningKey[]): string {
  if (keys.length === 0) return 'no keys yet';
  return formatTable(
    terminal,
    [
      { heading: 'name' },
      { heading: 'algorithm' },
      { heading: 'use' },
      { heading: 'from (UTC)' },
      { heading: 'until (UTC)' },
      { heading: 'revoked (UTC)' },
      { heading: 'id' },
    ],
    keys.map((key): Cell[] => [
      key.name,
      key.algorithm,
      key.hasPrivateKey ? 'signs' : 'verifies',
      formatInstant(key.validFrom),
      formatInstant(key.validUntil),
      { text: key.revokedAt === undefined ? '' : formatInstant(key.revokedAt), tone: 'warning' },
      key.id,
    ]),
  );
}
