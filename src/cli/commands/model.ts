import { Command, Option } from 'commander';
import { type MetricDirection, type ModelProtection, parseModelName } from '../../api/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { done } from '../result.ts';
import { collectDirections } from '../values.ts';

interface ModelOptions {
  readonly description?: string;
  readonly primaryMetric?: string;
  readonly protection?: ModelProtection;
  readonly direction?: Readonly<Record<string, MetricDirection>>;
}

/** `model set`: what is known of a model beyond its versions. */
export function modelCommand(runner: Runner): Command {
  return new Command('model').description('describe a model').addCommand(setCommand(runner));
}

function setCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'set',
    args: '<model>',
    usage: '[options] MODEL',
    summary: 'set the description, primary metric, metric directions or protection',
    examples: [
      ['strongroom model set acme/churn --description "who will leave"', 'a description'],
      ['strongroom model set acme/churn --primary-metric f1', 'what best means'],
      ['strongroom model set acme/churn --direction cost=lower', 'for a metric of your own'],
      ['strongroom model set acme/churn --protection two-person', 'its content takes two people'],
    ],
  })
    .option('--description <text>', 'what it is for')
    .option('--primary-metric <name>', 'the metric that decides which version is best')
    .option('--direction <name=way>', 'higher or lower is better (repeatable)', collectDirections)
    .addOption(
      new Option('--protection <who>', 'whether its content takes one person or two').choices([
        'none',
        'two-person',
      ]),
    );
  return bindAct<ModelOptions>(command, runner, ({ session, args, options }) => {
    const model = parseModelName(wordAt(args, 0));
    const changes = {
      ...(options.description !== undefined && { description: options.description }),
      ...(options.primaryMetric !== undefined && { primaryMetric: options.primaryMetric }),
      ...(options.direction && { metricDirections: options.direction }),
      ...(options.protection && { protection: options.protection }),
    };
    if (Object.keys(changes).length === 0) {
      throw new StrongroomError('INPUT_INVALID', 'nothing to set', {
        hint: 'use --description, --primary-metric, --direction or --protection',
      });
    }
    return session.withApi(async (api) => {
      const configured = await api.models.configure({ model, ...changes });
      return done({ model: configured }, `updated ${model}`);
    });
  });
}
