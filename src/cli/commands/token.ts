import { Command } from 'commander';
import type { Ceiling, ModelName, NamespaceName, Permission, PrincipalId, Token } from '../../api/index.ts';
import { ceilingWords } from '../access-text.ts';
import { collect, parseNamedPlace, parsePermission, parsePrincipal } from '../access-words.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { parseExpiry } from '../expiry.ts';
import { addSecretOutput, assertSecretPlace, type SecretOutput, showOnce } from '../one-time-secret.ts';
import { answer, done } from '../result.ts';
import { type Cell, formatTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { formatInstant } from '../units.ts';
import { collectWords } from '../values.ts';

/** `token …`: long-lived credentials of people and programs. */
export function tokenCommand(runner: Runner): Command {
  return new Command('token')
    .description('list, make and revoke tokens')
    .addCommand(lsCommand(runner))
    .addCommand(createCommand(runner))
    .addCommand(revokeCommand(runner));
}

interface OwnerOptions {
  readonly owner?: PrincipalId;
}

function lsCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'ls',
    summary: 'list tokens, never their secrets',
    examples: [
      ['strongroom token ls', 'your own'],
      ['strongroom token ls --owner service-account:ci', 'of a program'],
    ],
  }).option('--owner <principal>', 'user:NAME or service-account:NAME (default: you)', parsePrincipal);
  return bindAct<OwnerOptions>(command, runner, ({ session, options }) =>
    session.withApi(async (api) => {
      const tokens = await api.tokens.list(options.owner && { owner: options.owner });
      return answer({ tokens }, (terminal) => formatTokens(terminal, tokens));
    }),
  );
}

interface CreateOptions extends OwnerOptions, SecretOutput {
  readonly expires?: string;
  readonly permission?: readonly Permission[];
  readonly place?: readonly (NamespaceName | ModelName)[];
  readonly address?: readonly string[];
}

function createCommand(runner: Runner): Command {
  const command = addSecretOutput(
    describeCommand({
      name: 'create',
      args: '<name>',
      usage: '[options] NAME',
      summary: 'make a token; its secret is shown once',
      more: 'It can do what its owner may, or less. Give it to a program in STRONGROOM_TOKEN_FILE.',
      examples: [
        ['strongroom token create laptop', 'for yourself, for 90 days'],
        [
          'strongroom token create deploy --owner service-account:ci -o ci.token --expires 30d',
          'for a program, into a file',
        ],
        [
          'strongroom token create demo -p model:predict --place acme/churn --address 10.0.0.0/8',
          'one act on one model, from one network',
        ],
      ],
    })
      .option('--owner <principal>', 'whose it is: service-account:NAME (default: you)', parsePrincipal)
      .option(
        '--expires <when>',
        'when it ends: 30d, 12h, 2027-01-31 (default: 90d, at most a year)',
        parseExpiry,
      )
      .option('-p, --permission <permission>', 'only this (repeatable)', collect(parsePermission))
      .option('--place <place>', 'only on this namespace or model (repeatable)', collect(parseNamedPlace))
      .option('--address <network>', 'only from here: 10.0.0.0/8, fd00::/8 (repeatable)', collectWords),
  );
  return bindAct<CreateOptions>(command, runner, async ({ session, args, options }) => {
    await assertSecretPlace(session, options);
    const { owner, expires, address } = options;
    const ceiling = ceilingOf(options);
    const { token, secret } = await session.withApi((api) =>
      api.tokens.create({
        name: wordAt(args, 0),
        ...(owner && { owner }),
        ...(expires !== undefined && { expiresAt: expires }),
        ...(ceiling && { ceiling }),
        ...(address && { addresses: address }),
      }),
    );
    return await showOnce(
      session,
      {
        secret,
        member: 'secret',
        document: { token },
        words: () => [
          `made token ${token.id} of ${token.owner}; it ends ${formatInstant(token.expiresAt)} UTC`,
        ],
      },
      options,
    );
  });
}

function ceilingOf({ permission, place }: CreateOptions): Ceiling | undefined {
  if (permission === undefined && place === undefined) return undefined;
  return { ...(permission && { permissions: permission }), ...(place && { places: place }) };
}

function revokeCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'revoke',
    args: '<id>',
    usage: '[options] ID',
    summary: 'refuse a token from now on, everywhere',
    examples: [
      ['strongroom token revoke ID', 'strongroom token ls shows the ids'],
      ['strongroom token revoke ID --json', 'as a document'],
    ],
  });
  return bindAct(command, runner, async ({ session, args }) => {
    const id = wordAt(args, 0);
    await session.withApi((api) => api.tokens.revoke({ id }));
    return done({ revoked: id }, `revoked token ${id}`);
  });
}

function formatTokens(terminal: Terminal, tokens: readonly Token[]): string {
  if (tokens.length === 0) return 'no tokens';
  return formatTable(
    terminal,
    [
      { heading: 'name' },
      { heading: 'owner' },
      { heading: 'secret' },
      { heading: 'until (UTC)' },
      { heading: 'last used (UTC)' },
      { heading: 'may', isFlexible: true },
      { heading: 'id' },
    ],
    tokens.map((token): Cell[] => [
      token.name,
      token.owner,
      token.hint,
      formatInstant(token.expiresAt),
      token.lastUsedAt === undefined ? 'never' : formatInstant(token.lastUsedAt),
      [ceilingWords(token.ceiling), ...(token.addresses.length > 0 ? ['from', ...token.addresses] : [])].join(
        ' ',
      ),
      token.id,
    ]),
  );
}
