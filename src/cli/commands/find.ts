import type { Command } from 'commander';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import type { SealedFileSummary } from '../operations.ts';
import { answer } from '../result.ts';
import { type Cell, formatTable } from '../table.ts';
import { escapeText, type Terminal } from '../terminal.ts';
import { formatBytes, formatInstant } from '../units.ts';

/** `find`: the sealed files of a folder, by their headers. */
export function findCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'find',
    args: '<folder>',
    usage: '[options] FOLDER',
    summary: 'find sealed files in a folder and below',
    more: 'Reads headers only; needs no key and no home.',
    examples: [
      ['strongroom find /mnt/archive', 'every sealed file below'],
      ['strongroom find . --json | jq -r .files[].path', 'their paths'],
    ],
  });
  return bindAct(command, runner, async ({ session, args }) => {
    const found = await session.context.operations.findSealedFiles(wordAt(args, 0));
    for (const { path, code } of found.unreadable)
      await session.warn(`${escapeText(path)} is not readable (${code})`);
    return answer({ ...found }, (terminal) => formatFiles(terminal, found.files));
  });
}

function formatFiles(terminal: Terminal, files: readonly SealedFileSummary[]): string {
  if (files.length === 0) return 'no sealed files';
  return formatTable(
    terminal,
    [
      { heading: 'file', isFlexible: true },
      { heading: 'size', align: 'right' },
      { heading: 'sealed (UTC)' },
      { heading: 'opens with', isFlexible: true },
    ],
    files.map((file): Cell[] => [
      file.path,
      formatBytes(file.size),
      formatInstant(file.createdAt),
      file.isEncrypted
        ? [...file.slots, ...(file.hasAccessCode ? ['access code'] : [])].join(', ')
        : { text: 'not encrypted', tone: 'warning' },
    ]),
  );
}
