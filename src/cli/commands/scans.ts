import { Command } from 'commander';
import { parseVersionRef, type RescanReport } from '../../api/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { answer } from '../result.ts';
import { formatVersionScan } from '../scan-text.ts';
import { paint, type Terminal } from '../terminal.ts';
import { formatCount } from '../units.ts';

/** `scans show|rescan`: what was found in stored versions. */
export function scansCommand(runner: Runner): Command {
  return new Command('scans')
    .description('show what scans found in stored versions, and scan them again')
    .addCommand(showCommand(runner))
    .addCommand(rescanCommand(runner));
}

function showCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'show',
    args: '<version>',
    usage: '[options] MODEL[:ALIAS|@N]',
    summary: 'show what scans found in the files of a version',
    examples: [
      ['strongroom scans show acme/churn', 'the newest version'],
      ['strongroom scans show acme/churn@3 --json', 'version 3, with every finding'],
    ],
  });
  return bindAct(command, runner, ({ session, args }) => {
    const ref = parseVersionRef(wordAt(args, 0));
    return session.withApi(async (api) => {
      const scan = await api.scans.get(ref);
      return answer({ scan }, (terminal) => formatVersionScan(terminal, scan));
    });
  });
}

interface RescanOptions {
  readonly all?: boolean;
}

function rescanCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'rescan',
    args: '[version]',
    usage: '[options] [MODEL[:ALIAS|@N]]',
    summary: 'scan stored files again, and withdraw what is worse than it was',
    more: 'With --all: every file that the rules in force have not looked at. Interrupted, it goes on where it was.',
    examples: [
      ['strongroom scans rescan --all', 'after an upgrade brought new rules'],
      ['strongroom scans rescan acme/churn@3', 'one version, every file of it'],
    ],
  }).option('--all', 'every file that is due');
  return bindAct<RescanOptions>(command, runner, ({ session, args, options }) => {
    const [word] = args;
    if ((word === undefined) !== (options.all === true)) {
      throw new StrongroomError('INPUT_INVALID', 'scan what again?', {
        hint: 'name a version, or use --all',
      });
    }
    const ref = word === undefined ? {} : { ref: parseVersionRef(word) };
    return session.withApi(async (api, work) => {
      const report = await api.scans.rescan({ ...ref, ...work });
      return answer({ ...report }, (terminal) => formatRescan(terminal, report), {
        ...(report.withdrawn.length > 0 && { exitCode: EXIT_CODES.unsafe.code }),
      });
    });
  });
}

function formatRescan(terminal: Terminal, report: RescanReport): string {
  const { scanned, skipped, damaged, withdrawn } = report;
  return [
    `scanned ${formatCount(scanned, 'file')}`,
    ...(skipped === 0 ? [] : [`${formatCount(skipped, 'file')} left for want of their access code`]),
    ...(damaged === 0
      ? []
      : [paint(terminal, 'warning', `${formatCount(damaged, 'file')} damaged: strongroom verify --all`)]),
    ...withdrawn.map((named) =>
      paint(terminal, 'warning', `withdrew ${named}: strongroom quarantine show ${named}`),
    ),
  ].join('\n');
}
