import { Command } from 'commander';
import {
  type Agreement,
  type CanaryCounts,
  formatVersionRef,
  parseVersionRef,
  type Rollout,
  type RolloutPlace,
} from '../../api/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { answer, type Result } from '../result.ts';
import { parseCount } from '../values.ts';

/** Of 100 questions so many go to a canary unless it is said otherwise. */
const USUAL_PERCENT = 10;

interface SetOptions {
  readonly canary?: number;
  readonly percent?: number;
  readonly shadow?: number;
}

/** `rollout show|set|promote|rollback`: how a new version comes to be used. */
export function rolloutCommand(runner: Runner): Command {
  return new Command('rollout')
    .description('let new versions answer some questions first, and go back')
    .addCommand(showCommand(runner))
    .addCommand(setCommand(runner))
    .addCommand(promoteCommand(runner))
    .addCommand(rollbackCommand(runner));
}

function showCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'show',
    args: '<alias>',
    usage: '[options] MODEL:ALIAS',
    summary: 'show how questions to an alias are spread, and how alike the answers are',
    examples: [
      ['strongroom rollout show acme/churn:production', 'which versions answer'],
      ['strongroom rollout show acme/churn:production --json', 'the same as a document'],
    ],
  });
  return bindAct(command, runner, ({ session, args }) =>
    session.withApi(async (api) => shown(await api.rollouts.get(placeOf(wordAt(args, 0))))),
  );
}

function setCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'set',
    args: '<alias>',
    usage: '[options] MODEL:ALIAS',
    summary: 'let a version answer a part of the questions, or be asked beside for comparison',
    examples: [
      [
        'strongroom rollout set acme/churn:production --canary 4 --percent 10',
        'version 4 answers one of ten',
      ],
      ['strongroom rollout set acme/churn:production --shadow 5', 'version 5 is only compared'],
    ],
  })
    .option('--canary <version>', 'version that answers a part of the questions', parseCount)
    .option('--percent <number>', 'of 100 questions so many (default: 10)', parseCount)
    .option('--shadow <version>', 'version that is asked beside, and never answered from', parseCount);
  return bindAct<SetOptions>(command, runner, ({ session, args, options }) => {
    const { canary, percent = USUAL_PERCENT, shadow } = options;
    if (canary === undefined && shadow === undefined) {
      throw new StrongroomError('INPUT_INVALID', 'neither --canary nor --shadow names a version', {
        hint: 'end a comparison with: strongroom rollout rollback MODEL:ALIAS',
      });
    }
    return session.withApi(async (api) =>
      shown(
        await api.rollouts.set({
          ...placeOf(wordAt(args, 0)),
          ...(canary === undefined ? {} : { canary: { version: canary, percent } }),
          ...(shadow === undefined ? {} : { shadow }),
        }),
      ),
    );
  });
}

function promoteCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'promote',
    args: '<alias>',
    usage: '[options] MODEL:ALIAS',
    summary: 'let the version that answers a part of the questions answer all of them',
    examples: [
      ['strongroom rollout promote acme/churn:production', 'the alias names the canary from now on'],
      ['strongroom rollout promote acme/churn:production --json', 'and show how it stands, as a document'],
    ],
  });
  return bindAct(command, runner, ({ session, args }) =>
    session.withApi(async (api) => shown(await api.rollouts.promote(placeOf(wordAt(args, 0))))),
  );
}

function rollbackCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'rollback',
    args: '<alias>',
    usage: '[options] MODEL:ALIAS',
    summary: 'end canary and shadow, or go back to the version before the last promotion',
    examples: [
      ['strongroom rollout rollback acme/churn:production', 'back, at the next question'],
      ['strongroom rollout rollback acme/churn:production --json', 'and show how it stands, as a document'],
    ],
  });
  return bindAct(command, runner, ({ session, args }) =>
    session.withApi(async (api) => shown(await api.rollouts.rollback(placeOf(wordAt(args, 0))))),
  );
}

function placeOf(text: string): RolloutPlace {
  const ref = parseVersionRef(text);
  const { model, alias } = ref;
  if (alias !== undefined) return { model, alias };
  throw new StrongroomError('INPUT_INVALID', `${formatVersionRef(ref)} names no alias`, {
    hint: 'write MODEL:ALIAS, such as acme/churn:production',
  });
}

function shown(rollout: Rollout): Result {
  return answer({ rollout }, () => linesOf(rollout).join('\n'));
}

function linesOf({
  model,
  alias,
  version,
  canary,
  shadow,
  previous,
  trial,
  agreement,
}: Rollout): readonly string[] {
  return [
    `${model}:${alias} is version ${version}`,
    ...(canary === undefined ? [] : [`${canary.percent} of 100 questions go to version ${canary.version}`]),
    ...(trial === undefined ? [] : [trialLine(trial)]),
    ...(shadow === undefined ? [] : [`version ${shadow} is asked beside it`]),
    ...(agreement === undefined ? [] : [agreementLine(agreement)]),
    ...(previous === undefined ? [] : [`before it was version ${previous}`]),
  ];
}

function trialLine({ version, answered, failed, unfit, lastCode }: CanaryCounts): string {
  const why = lastCode === undefined ? '' : ` (last: ${lastCode})`;
  return `version ${version} answered ${answered} questions, failed ${failed}${why}, and could not be asked ${unfit}`;
}

function agreementLine({ shadow, version, rows, agreed, compared, meanDistance, failed }: Agreement): string {
  const share =
    rows === 0 ? 'nothing compared yet' : `${((100 * agreed) / rows).toFixed(2)} % of ${rows} rows alike`;
  return `versions ${version} and ${shadow}: ${share}, ${compared} questions, ${failed} failed, mean distance ${meanDistance.toPrecision(3)}`;
}
