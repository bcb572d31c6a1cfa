import type { Command } from 'commander';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { answer, done } from '../result.ts';
import { type Cell, formatTable } from '../table.ts';
import { escapeText } from '../terminal.ts';

/** `user identities`: what a user can log in with at other identity providers. */
export function userIdentitiesCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'identities',
    args: '<name>',
    usage: '[options] NAME',
    summary: 'list what a user can log in with at other identity providers',
    examples: [
      ['strongroom user identities ada', 'their ids, providers and subjects'],
      ['strongroom user identities ada --json', 'as a document'],
    ],
  });
  return bindAct(command, runner, ({ session, args }) =>
    session.withApi(async (api) => {
      const identities = await api.users.identities({ name: wordAt(args, 0) });
      return answer({ identities }, (terminal) =>
        identities.length === 0
          ? 'no identity elsewhere'
          : formatTable(
              terminal,
              [{ heading: 'id' }, { heading: 'provider' }, { heading: 'subject', isFlexible: true }],
              identities.map(({ id, provider, subject }): Cell[] => [id, provider, escapeText(subject)]),
            ),
      );
    }),
  );
}

/** `user link`: lets an account at a provider log in as a user. */
export function userLinkCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'link',
    args: '<name>',
    usage: '[options] NAME',
    summary: 'let whoever a provider knows under a subject log in as this user',
    examples: [
      ['strongroom user link ada --provider corp --subject 248289761001', 'by the sub of the ID token'],
      ['strongroom user link ada --provider corp --subject 248289761001 --json', 'as a document'],
    ],
  })
    .requiredOption('--provider <id>', 'provider of the configuration')
    .requiredOption('--subject <text>', 'what the provider calls the person: sub, never an e-mail address');
  return bindAct<{ readonly provider: string; readonly subject: string }>(
    command,
    runner,
    async ({ session, args, options: { provider, subject } }) => {
      const name = wordAt(args, 0);
      const identity = await session.withApi((api) => api.users.link({ name, provider, subject }));
      return done({ identity }, `${escapeText(subject)} at ${provider} logs in as ${identity.user}`);
    },
  );
}

/** `user unlink`: takes such an account away. */
export function userUnlinkCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'unlink',
    args: '<name> <id>',
    usage: '[options] NAME ID',
    summary: 'take an identity elsewhere away from a user; sessions end',
    examples: [
      ['strongroom user unlink ada ID', 'user identities lists the ids'],
      ['strongroom user unlink ada ID --json', 'as a document'],
    ],
  });
  return bindAct(command, runner, async ({ session, args }) => {
    const [name, id] = [wordAt(args, 0), wordAt(args, 1)];
    await session.withApi((api) => api.users.unlink({ name, id }));
    return done({ removed: id }, `took ${escapeText(id)} away from ${escapeText(name)}`);
  });
}
