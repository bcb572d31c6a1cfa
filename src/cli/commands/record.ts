import type { Command } from 'commander';
import { bindAct, describeCommand, type Runner } from '../command.ts';
import { answer } from '../result.ts';
import { type Cell, formatTable } from '../table.ts';
import { formatInstant } from '../units.ts';
import { parseCount } from '../values.ts';

const DEFAULT_LIMIT = 20;

interface RecordOptions {
  readonly limit?: number;
  readonly action?: string;
}

/** `record`: who did what, newest first. */
export function recordCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'record',
    summary: 'show the latest acts: who did what, and how it ended',
    examples: [
      ['strongroom record', `the latest ${DEFAULT_LIMIT}`],
      ['strongroom record --limit 500 --json', 'more of them, as a document'],
      ['strongroom record --action system:backup', 'when it was backed up'],
    ],
  })
    .option('-n, --limit <count>', `how many (default: ${DEFAULT_LIMIT})`, parseCount)
    .option('--action <action>', 'only those of one action, such as version:create');
  return bindAct<RecordOptions>(command, runner, ({ session, options }) =>
    session.withApi(async (api) => {
      const { action, limit = DEFAULT_LIMIT } = options;
      const acts = await api.system.record({ limit, ...(action !== undefined && { action }) });
      return answer({ acts }, (terminal) =>
        formatTable(
          terminal,
          [
            { heading: 'no.', align: 'right' },
            { heading: 'when (UTC)' },
            { heading: 'who', isFlexible: true },
            { heading: 'what' },
            { heading: 'on', isFlexible: true },
            { heading: 'outcome' },
          ],
          acts.map((act): Cell[] => [
            String(act.sequence),
            formatInstant(act.at),
            act.caller,
            act.action,
            act.resource,
            {
              text: act.code === undefined ? act.outcome : `${act.outcome} (${act.code})`,
              tone: act.outcome === 'done' ? 'plain' : 'warning',
            },
          ]),
        ),
      );
    }),
  );
}
