import type { Command } from 'commander';
import type { Account } from '../../api/index.ts';
import { ceilingWords, formatGrants } from '../access-text.ts';
import { bindAct, describeCommand, type Runner } from '../command.ts';
import { answer } from '../result.ts';
import { formatFields } from '../table.ts';
import type { Terminal } from '../terminal.ts';

/** `whoami`: who asks, and what they may do. */
export function whoamiCommand(runner: Runner, name = 'whoami', words = name): Command {
  const command = describeCommand({
    name,
    summary: 'show who you are, and what you are granted',
    examples: [
      [`strongroom ${words} --server https://models.example.org:8443`, 'on a server'],
      [`strongroom ${words} --json`, 'as a document'],
    ],
  });
  return bindAct(command, runner, ({ session }) =>
    session.withApi(async (api) => {
      const account = await api.account.get();
      const where = session.options.server ?? session.options.home;
      return answer({ account }, (terminal) => formatAccount(terminal, account, where));
    }),
  );
}

function formatAccount(terminal: Terminal, account: Account, where: string): string {
  const { id, user, methods, ceiling, grants } = account;
  const fields = formatFields(terminal, [
    ['you are', id],
    ['name', user?.displayName],
    ['on', where],
    ['known by', methods.join(', ') || undefined],
    ['limited to', ceiling && ceilingWords(ceiling)],
  ]);
  return id === 'local'
    ? `${fields}\n\nthe owner of the home may do everything`
    : `${fields}\n\n${formatGrants(terminal, grants)}`;
}
