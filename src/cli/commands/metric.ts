import { Command } from 'commander';
import { type MetricDirection, parseVersionRef } from '../../api/index.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { done } from '../result.ts';
import { escapeText } from '../terminal.ts';
import { collectDirections, collectMetrics } from '../values.ts';
import { formatMetrics } from '../version-text.ts';

/** `metric add`: metrics that were measured after the put. */
export function metricCommand(runner: Runner): Command {
  return new Command('metric').description('record how good a version is').addCommand(addCommand(runner));
}

function addCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'add',
    args: '<version> <metrics...>',
    usage: '[options] MODEL[:ALIAS|@N] NAME=VALUE...',
    summary: 'add metrics to a version',
    examples: [
      ['strongroom metric add acme/churn@3 accuracy=0.971 f1=0.964', 'two of the usual ones'],
      ['strongroom metric add acme/churn@3 cost=12.5 --direction cost=lower', 'one of your own'],
    ],
  }).option('--direction <name=way>', 'higher or lower is better (repeatable)', collectDirections);
  return bindAct<{ readonly direction?: Readonly<Record<string, MetricDirection>> }>(
    command,
    runner,
    ({ session, args, options }) => {
      const ref = parseVersionRef(wordAt(args, 0));
      let metrics: Record<string, number> = {};
      for (const word of args.slice(1)) metrics = collectMetrics(word, metrics);
      return session.withApi(async (api) => {
        const version = await api.versions.addMetrics({
          ...ref,
          metrics,
          ...(options.direction && { metricDirections: options.direction }),
        });
        return done(
          { version },
          `${ref.model}@${version.version}  ${escapeText(formatMetrics(version.metrics))}`,
        );
      });
    },
  );
}
