import type { Command } from 'commander';
import type { AuditArchive } from '../../api/index.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { answer, done } from '../result.ts';
import { formatTable } from '../table.ts';
import { escapeText } from '../terminal.ts';
import { formatBytes } from '../units.ts';
import { parseTime } from '../values.ts';

interface ArchiveOptions {
  readonly before: string;
}

/** `audit archive`: old entries into a file of their own. */
export function archiveCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'archive',
    args: '<file>',
    usage: '[options] FILE',
    summary: 'move old entries of the record into a signed archive',
    more: [
      'The hashes stay: the record goes on to verify, and entries that stay can be proved as before. The archive is read',
      'back before anything is removed. Keep it: whoever loses it loses those entries.',
    ].join('\n'),
    examples: [
      [
        'strongroom audit archive record-2025.sraudit --before 2026-01-01',
        'what was recorded before this year',
      ],
      ['strongroom seal record-2025.sraudit -r age1pq1…', 'and sealed, for a place that others can read'],
    ],
  }).requiredOption(
    '--before <time>',
    'entries from then on stay: 2026-01-01 or 2026-01-01T09:30:00Z',
    parseTime,
  );
  return bindAct<ArchiveOptions>(command, runner, async ({ session, args, options }) => {
    const destination = wordAt(args, 0);
    const home = session.homeOnly();
    const unseal = await session.unseal();
    const archive = await session.context.operations.archiveAudit({ home, unseal, destination, ...options });
    return done(
      { destination, archive },
      `moved ${rangeOf(archive)} to ${escapeText(destination)} (${formatBytes(archive.bytes)})`,
    );
  });
}

/** `audit unarchive`: the entries of an archive back into the record. */
export function unarchiveCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'unarchive',
    args: '<file>',
    usage: '[options] FILE',
    summary: 'bring the entries of an archive back into the record',
    more: 'Each is held against the hashes of the record first. To verify an archive they need not be back.',
    examples: [
      ['strongroom audit unarchive record-2025.sraudit', 'to search them and prove them'],
      [
        'strongroom audit verify ./record --key "$KEY" --archive record-2025.sraudit',
        'to verify them only, anywhere',
      ],
    ],
  });
  return bindAct(command, runner, async ({ session, args }) => {
    const path = wordAt(args, 0);
    const home = session.homeOnly();
    const unseal = await session.unseal();
    const archive = await session.context.operations.unarchiveAudit({ home, unseal, path });
    return done({ archive }, `brought back ${rangeOf(archive)}`);
  });
}

/** `audit archives`: what is where. */
export function archivesCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'archives',
    summary: 'list the archives that entries of the record were moved to',
    examples: [
      ['strongroom audit archives', 'places of the entries, and what tells the file'],
      ['strongroom --server https://models.example audit archives --json', 'with their signed notes'],
    ],
  });
  return bindAct(command, runner, ({ session }) =>
    session.withApi(async (api) => {
      const archives = await api.audit.archives();
      return answer({ archives }, (terminal) =>
        archives.length === 0 ? 'nothing is archived' : formatTable(terminal, HEADINGS, archives.map(rowOf)),
      );
    }),
  );
}

const HEADINGS = ['FIRST', 'LAST', 'SIZE', 'SHA-256 OF ITS CONTENT'].map((heading) => ({ heading }));

function rowOf({ first, end, bytes, sha256 }: AuditArchive): readonly string[] {
  return [String(first), String(end - 1), formatBytes(bytes), sha256];
}

function rangeOf({ first, end }: AuditArchive): string {
  return `the entries ${first} to ${end - 1}`;
}
