import { Command } from 'commander';
import type { RootSeal } from '../../api/index.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { answer, done } from '../result.ts';
import {
  addSealOptions,
  formatAddedSeals,
  readChosenSeals,
  readOneSeal,
  type SealOptions,
} from '../root-seals.ts';
import { formatTable } from '../table.ts';
import { escapeText, type Terminal } from '../terminal.ts';
import { formatInstant } from '../units.ts';

/** `root …`: what protects the root key. */
export function rootCommand(runner: Runner): Command {
  return new Command('root')
    .description('list, add, remove and change what opens a home')
    .addCommand(lsCommand(runner))
    .addCommand(addCommand(runner))
    .addCommand(rmCommand(runner))
    .addCommand(changeCommand(runner));
}

function lsCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'ls',
    summary: 'list the root seals',
    examples: [
      ['strongroom root ls', 'their ids, kinds and labels'],
      ['strongroom root ls --json', 'as a document'],
    ],
  });
  return bindAct(command, runner, ({ session }) =>
    session.withApi(async (api) => {
      const seals = await api.root.list();
      return answer({ seals }, (terminal) => formatSeals(terminal, seals));
    }),
  );
}

function addCommand(runner: Runner): Command {
  const command = addSealOptions(
    describeCommand({
      name: 'add',
      summary: 'add one more way to open the home',
      examples: [
        ['strongroom root add --passphrase', 'a passphrase, asked for twice'],
        ['strongroom root add --shares 2/3 --label board', 'two of three shares'],
        ['strongroom root add --key-file /mnt/usb/root.key', 'a key file on another disk'],
      ],
    }),
  );
  return bindAct<SealOptions>(command, runner, async ({ session, options }) => {
    const seal = await readOneSeal(session, options);
    const added = await session.withApi((api) => api.root.add(seal));
    return answer({ added }, (terminal) => formatAddedSeals(terminal, [added]));
  });
}

function rmCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'rm',
    args: '<id>',
    usage: '[options] ID',
    summary: 'remove a way to open the home; the last one stays',
    more: 'Copies of the key file, passphrase or shares still open old backups; see root change.',
    examples: [
      ['strongroom root rm 3f9c1a', 'asks before; root ls lists the ids'],
      ['strongroom root rm 3f9c1a --yes', 'does not ask'],
    ],
  }).option('-y, --yes', 'do not ask');
  return bindAct<{ readonly yes?: boolean }>(command, runner, async ({ session, args, options }) => {
    const id = wordAt(args, 0);
    await session.confirm(`remove root seal ${escapeText(id)}`, options.yes);
    await session.withApi((api) => api.root.remove({ id }));
    return done({ removed: id }, `removed root seal ${escapeText(id)}`);
  });
}

function changeCommand(runner: Runner): Command {
  const command = addSealOptions(
    describeCommand({
      name: 'change',
      summary: 'make a new root key under new seals, and end all others',
      examples: [
        ['strongroom root change --passphrase', 'a new passphrase; the old one ends'],
        ['strongroom root change --shares 3/5 --key-file new.key', 'two new seals; all others end'],
      ],
    }),
  ).option('-y, --yes', 'do not ask');
  return bindAct<SealOptions & { readonly yes?: boolean }>(command, runner, async ({ session, options }) => {
    const seals = await readChosenSeals(session, options);
    await session.confirm('end all present root seals', options.yes);
    const added = await session.withApi((api) => api.root.change({ seals }));
    return answer({ added }, (terminal) => formatAddedSeals(terminal, added));
  });
}

function formatSeals(terminal: Terminal, seals: readonly RootSeal[]): string {
  return formatTable(
    terminal,
    [
      { heading: 'id' },
      { heading: 'kind' },
      { heading: 'shares' },
      { heading: 'made (UTC)' },
      { heading: 'label', isFlexible: true },
    ],
    seals.map((seal) => [
      seal.id,
      seal.kind,
      seal.shares === undefined ? '' : `${seal.shares.threshold} of ${seal.shares.total}`,
      formatInstant(seal.createdAt),
      seal.label,
    ]),
  );
}
