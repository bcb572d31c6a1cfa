import { Command } from 'commander';
import type { ServiceAccount } from '../../api/index.ts';
import { formatGrants } from '../access-text.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { answer, done } from '../result.ts';
import { type Cell, formatFields, formatTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { formatInstant } from '../units.ts';
import { certificateCommand } from './service-account-certificate.ts';

/** `service-account …`: programs with credentials of their own. */
export function serviceAccountCommand(runner: Runner): Command {
  return new Command('service-account')
    .description('list, make, show, disable and enable accounts of programs')
    .addCommand(lsCommand(runner))
    .addCommand(createCommand(runner))
    .addCommand(showCommand(runner))
    .addCommand(disableCommand(runner))
    .addCommand(enableCommand(runner))
    .addCommand(certificateCommand(runner));
}

function lsCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'ls',
    summary: 'list service accounts',
    examples: [
      ['strongroom service-account ls', 'names, states, what they are for'],
      ['strongroom service-account ls --json', 'as a document'],
    ],
  });
  return bindAct(command, runner, ({ session }) =>
    session.withApi(async (api) => {
      const serviceAccounts = await api.serviceAccounts.list();
      return answer({ serviceAccounts }, (terminal) => formatAccounts(terminal, serviceAccounts));
    }),
  );
}

function createCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'create',
    args: '<name>',
    usage: '[options] NAME',
    summary: 'make a service account; it may do nothing until it is granted something',
    more: 'A name is never used again. Its tokens: strongroom token create NAME --owner service-account:NAME.',
    examples: [
      ['strongroom service-account create ci --description "the build"', 'an account for a pipeline'],
      ['strongroom service-account create shop --json', 'as a document'],
    ],
  }).option('--description <text>', 'what it is for');
  return bindAct<{ readonly description?: string }>(command, runner, async ({ session, args, options }) => {
    const serviceAccount = await session.withApi((api) =>
      api.serviceAccounts.create({
        name: wordAt(args, 0),
        ...(options.description !== undefined && { description: options.description }),
      }),
    );
    return done({ serviceAccount }, `made ${serviceAccount.id}`);
  });
}

function showCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'show',
    args: '<name>',
    usage: '[options] NAME',
    summary: 'show a service account and what it is granted',
    examples: [
      ['strongroom service-account show ci', 'state and grants'],
      ['strongroom service-account show ci --json', 'as a document'],
    ],
  });
  return bindAct(command, runner, ({ session, args }) =>
    session.withApi(async (api) => {
      const serviceAccount = await api.serviceAccounts.get({ name: wordAt(args, 0) });
      const grants = await api.grants.list({ principal: serviceAccount.id });
      return answer({ serviceAccount, grants }, (terminal) =>
        [
          formatFields(terminal, [
            ['account', serviceAccount.id],
            ['for', serviceAccount.description || undefined],
            ['state', stateCell(serviceAccount)],
            ['made', `${formatInstant(serviceAccount.createdAt)} UTC by ${serviceAccount.createdBy}`],
          ]),
          '',
          formatGrants(terminal, grants),
        ].join('\n'),
      );
    }),
  );
}

function disableCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'disable',
    args: '<name>',
    usage: '[options] NAME',
    summary: 'refuse every token of a service account, at once',
    examples: [
      ['strongroom service-account disable ci', 'nothing of it is removed'],
      ['strongroom service-account disable ci --json', 'as a document'],
    ],
  });
  return bindAct(command, runner, async ({ session, args }) => {
    const serviceAccount = await session.withApi((api) =>
      api.serviceAccounts.disable({ name: wordAt(args, 0) }),
    );
    return done({ serviceAccount }, `disabled ${serviceAccount.id}`);
  });
}

function enableCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'enable',
    args: '<name>',
    usage: '[options] NAME',
    summary: 'let a disabled service account work again',
    examples: [
      ['strongroom service-account enable ci', 'its tokens work again, unless they were revoked'],
      ['strongroom service-account enable ci --json', 'as a document'],
    ],
  });
  return bindAct(command, runner, async ({ session, args }) => {
    const serviceAccount = await session.withApi((api) =>
      api.serviceAccounts.enable({ name: wordAt(args, 0) }),
    );
    return done({ serviceAccount }, `enabled ${serviceAccount.id}`);
  });
}

function formatAccounts(terminal: Terminal, accounts: readonly ServiceAccount[]): string {
  if (accounts.length === 0) return 'no service accounts yet';
  return formatTable(
    terminal,
    [
      { heading: 'account' },
      { heading: 'state' },
      { heading: 'made (UTC)' },
      { heading: 'for', isFlexible: true },
    ],
    accounts.map((account): Cell[] => [
      account.id,
      stateCell(account),
      formatInstant(account.createdAt),
      account.description,
    ]),
  );
}

function stateCell({ state }: ServiceAccount): Cell {
  return { text: state, tone: state === 'active' ? 'good' : 'warning' };
}
