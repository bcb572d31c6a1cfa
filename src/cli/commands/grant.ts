import { Command } from 'commander';
import type { GrantPlace, PrincipalId } from '../../api/index.ts';
import { formatGrants } from '../access-text.ts';
import { parsePlace, parsePrincipal } from '../access-words.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { parseExpiry } from '../expiry.ts';
import { answer, done } from '../result.ts';
import { formatInstant } from '../units.ts';

/** `grant …`: who holds which role where. */
export function grantCommand(runner: Runner): Command {
  return new Command('grant')
    .description('list, give and take roles')
    .addCommand(lsCommand(runner))
    .addCommand(addCommand(runner))
    .addCommand(rmCommand(runner));
}

interface ListOptions {
  readonly principal?: PrincipalId;
  readonly on?: GrantPlace;
}

function lsCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'ls',
    summary: 'list grants',
    examples: [
      ['strongroom grant ls', 'all that you may see'],
      ['strongroom grant ls --principal user:ada', 'what somebody holds'],
      ['strongroom grant ls --on acme/churn', 'who can do something to a model, and from where'],
    ],
  })
    .option('--principal <id>', 'of this user:NAME, service-account:NAME or workload:NAME', parsePrincipal)
    .option('--on <place>', 'at this place and above it: everything, a namespace, a model', parsePlace);
  return bindAct<ListOptions>(command, runner, ({ session, options }) =>
    session.withApi(async (api) => {
      const { principal, on } = options;
      const grants = await api.grants.list({ ...(principal && { principal }), ...(on && { on }) });
      return answer({ grants }, (terminal) => formatGrants(terminal, grants));
    }),
  );
}

function addCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'add',
    args: '<principal> <role> <place>',
    usage: '[options] PRINCIPAL ROLE PLACE',
    summary: 'give a role to somebody, on everything, a namespace or a model',
    more: 'You can give only what you hold yourself. The same again renews it.',
    examples: [
      ['strongroom grant add user:ada developer acme', 'Ada develops the models of acme'],
      ['strongroom grant add service-account:shop predictor acme/churn', 'a program asks one model'],
      [
        'strongroom grant add user:bob predictor acme/churn --output top-1+round-2',
        'and learns little of it',
      ],
      ['strongroom grant add user:eve auditor everything --expires 30d', 'for a while'],
    ],
  })
    .option('--expires <when>', 'when it ends: 30d, 12h, 2027-01-31 (default: never)', parseExpiry)
    .option(
      '--output <policy>',
      'how much of predictions gets out: full, label, or parts joined by +: top-K, round-DIGITS, perturb-SHARE',
    );
  return bindAct<{ readonly expires?: string; readonly output?: string }>(
    command,
    runner,
    async ({ session, args, options }) => {
      const { expires, output } = options;
      const grant = await session.withApi((api) =>
        api.grants.create({
          principal: parsePrincipal(wordAt(args, 0)),
          role: wordAt(args, 1),
          on: parsePlace(wordAt(args, 2)),
          ...(expires !== undefined && { expiresAt: expires }),
          ...(output !== undefined && { output }),
        }),
      );
      const until = grant.expiresAt === undefined ? '' : ` until ${formatInstant(grant.expiresAt)} UTC`;
      return done({ grant }, `${grant.principal} is ${grant.role} on ${grant.on}${until}`);
    },
  );
}

function rmCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'rm',
    args: '<id>',
    usage: '[options] ID',
    summary: 'take a role away, at once',
    examples: [
      ['strongroom grant rm ID', 'strongroom grant ls shows the ids'],
      ['strongroom grant rm ID --json', 'as a document'],
    ],
  });
  return bindAct(command, runner, async ({ session, args }) => {
    const id = wordAt(args, 0);
    await session.withApi((api) => api.grants.remove({ id }));
    return done({ removed: id }, 'removed the grant');
  });
}
