import type { Command } from 'commander';
import { parseModelName } from '../../api/index.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { answer } from '../result.ts';
import { escapeText, paint } from '../terminal.ts';
import { formatMetric } from '../units.ts';

/** `best`: the best version by a metric. */
export function bestCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'best',
    args: '<model>',
    usage: '[options] MODEL',
    summary: 'tell the best version by a metric',
    examples: [
      ['strongroom best acme/churn', 'by the primary metric of the model'],
      ['strongroom best acme/churn --metric f1', 'by another one'],
      ['strongroom get "$(strongroom best acme/churn --json | jq -r .ref)"', 'fetch it'],
    ],
  }).option('-m, --metric <name>', 'the metric that decides (default: the primary one)');
  return bindAct<{ readonly metric?: string }>(command, runner, ({ session, args, options }) =>
    session.withApi(async (api) => {
      const model = parseModelName(wordAt(args, 0));
      const best = await api.versions.best({
        model,
        ...(options.metric !== undefined && { metric: options.metric }),
      });
      const ref = `${model}@${best.version.version}`;
      return answer({ ref, best }, (terminal) => {
        const value = `${escapeText(best.metric)}=${formatMetric(best.value)}`;
        return `${paint(terminal, 'strong', ref)}  ${value}  (${best.direction} is better)`;
      });
    }),
  );
}
