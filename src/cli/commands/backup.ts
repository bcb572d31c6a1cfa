import type { Command } from 'commander';
import type { BackupReport } from '../../api/index.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { done } from '../result.ts';
import { escapeText } from '../terminal.ts';
import { formatBytes, formatCount } from '../units.ts';

/** `backup`: the whole home into a folder. */
export function backupCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'backup',
    args: '<destination>',
    usage: '[options] DESTINATION',
    summary: 'copy a home into a new folder',
    more: 'The copy is sealed as the home is. Whatever opens the root key must be kept apart.',
    examples: [
      ['strongroom backup /mnt/backup/models', 'also while others work on the home'],
      ['strongroom --home /srv/models backup "/mnt/backup/$(date +%F)" --quiet', 'for cron'],
    ],
  });
  return bindAct(command, runner, async ({ session, args }) => {
    const destination = wordAt(args, 0);
    const home = session.homeOnly();
    const unseal = await session.unseal();
    const report = await session.withProgress((work) =>
      session.context.operations.backupHome({ home, unseal, destination, ...work }),
    );
    return done(
      { destination, report },
      `backed up ${escapeText(home)} to ${escapeText(destination)} (${formatReport(report)})`,
    );
  });
}

/** `restore`: a home out of a backup. */
export function restoreCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'restore',
    args: '<source>',
    usage: '[options] SOURCE',
    summary: 'make a home out of a backup',
    more: 'The home must not exist yet. What opened the home that was backed up opens this one.',
    examples: [
      ['strongroom --home ./restored restore /mnt/backup/models', 'into a new home'],
      ['strongroom --home ./restored verify --all', 'and check it'],
    ],
  });
  return bindAct(command, runner, async ({ session, args }) => {
    const source = wordAt(args, 0);
    const home = session.homeOnly();
    const report = await session.withProgress((work) =>
      session.context.operations.restoreHome({ source, home, ...work }),
    );
    return done(
      { home, report },
      `restored ${escapeText(home)} from ${escapeText(source)} (${formatReport(report)})`,
    );
  });
}

function formatReport(report: BackupReport): string {
  return `${formatCount(report.blobs, 'blob')}, ${formatBytes(report.bytes)}`;
}
