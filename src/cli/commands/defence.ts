import { Command } from 'commander';
import {
  DEFENCE_MODES,
  type DefenceStanding,
  type DefenceStatus,
  type ModelName,
  parseModelName,
} from '../../api/index.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { answer, done } from '../result.ts';
import { formatTable } from '../table.ts';
import { escapeText, paint, type Terminal } from '../terminal.ts';
import { formatInstant } from '../units.ts';
import { parseChoice } from '../values.ts';

/** `defence …`: watches for those who copy models by asking them. */
export function defenceCommand(runner: Runner): Command {
  return new Command('defence')
    .description('watch for those who copy models by asking them, and hold them off')
    .addCommand(statusCommand(runner))
    .addCommand(modeCommand(runner))
    .addCommand(learnCommand(runner))
    .addCommand(forgiveCommand(runner));
}

interface StatusOptions {
  readonly model?: ModelName;
}

function statusCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'status',
    summary: 'tell how the defence stands, what it knows and whom it suspects',
    more: 'What is known is known to the process that answers predictions: ask the server.',
    examples: [
      ['strongroom --server https://models.example defence status', 'of all models'],
      ['strongroom defence status --model acme/churn --json', 'of one, with every signal'],
    ],
  }).option('--model <model>', 'of this model only', parseModelName);
  return bindAct<StatusOptions>(command, runner, ({ session, options: { model } }) =>
    session.withApi(async (api) => {
      const defence = await api.defence.status({ ...(model !== undefined && { model }) });
      return answer({ defence }, (terminal) => formatDefence(terminal, defence));
    }),
  );
}

interface ReasonOptions {
  readonly reason: string;
}

function modeCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'mode',
    args: '<mode>',
    usage: '[options] off|alert|act',
    summary: 'watch nothing, tell what is seen, or act on it as well',
    more: 'act tightens answers, slows them, cuts the budget and in the end suspends, step by step and silently.',
    examples: [
      ['strongroom defence mode act --reason "a month of alerts was right"', 'in every process of the home'],
      ['strongroom defence mode alert --reason "a new customer is no thief"', 'tell only'],
    ],
  }).requiredOption('-r, --reason <text>', 'why; it is kept with who and when');
  return bindAct<ReasonOptions>(command, runner, ({ session, args, options }) =>
    session.withApi(async (api) => {
      const defence = await api.defence.configure({ mode: parseMode(wordAt(args, 0)), ...options });
      return done({ defence }, `the defence is on ${defence.mode}`);
    }),
  );
}

interface LearnOptions {
  readonly from?: string;
}

function learnCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'learn',
    args: '<model>',
    usage: '[options] MODEL',
    summary: 'learn anew what is normal for a model, from what is asked next',
    more: 'With --from, one principal teaches it: let them ask about a sample of honest rows.',
    examples: [
      ['strongroom defence learn acme/churn', 'from the next rows of anybody'],
      ['strongroom defence learn acme/churn --from user:ada', 'from a sample that Ada predicts'],
    ],
  }).option('--from <principal>', 'learn from this principal only');
  return bindAct<LearnOptions>(command, runner, ({ session, args, options: { from } }) =>
    session.withApi(async (api) => {
      const model = parseModelName(wordAt(args, 0));
      const defence = await api.defence.learn({ model, ...(from !== undefined && { from }) });
      return done({ defence }, `learning what is normal for ${model}`);
    }),
  );
}

function forgiveCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'forgive',
    args: '<model> <principal>',
    usage: '[options] MODEL PRINCIPAL',
    summary: 'give somebody a clean sheet and a fresh budget',
    examples: [
      ['strongroom defence forgive acme/churn service-account:shop', 'they were honest'],
      ['strongroom defence forgive acme/churn user:ada --json', 'as a document'],
    ],
  });
  return bindAct(command, runner, ({ session, args }) =>
    session.withApi(async (api) => {
      const [model, principal] = [parseModelName(wordAt(args, 0)), wordAt(args, 1)];
      const defence = await api.defence.forgive({ model, principal });
      return done({ defence }, `${escapeText(principal)} has a clean sheet with ${model}`);
    }),
  );
}

const parseMode = parseChoice(DEFENCE_MODES);

function formatDefence(terminal: Terminal, { mode, since, by, reason, ...known }: DefenceStatus): string {
  const changed =
    since === undefined
      ? ''
      : `, since ${formatInstant(since)} by ${escapeText(by ?? '')}: ${escapeText(reason ?? '')}`;
  const models = known.models.map(({ model, isCalibrated, learntRows, learnsFrom }) => {
    const from = learnsFrom === undefined ? '' : ` from ${escapeText(learnsFrom)}`;
    return isCalibrated ? `${model}: watched` : `${model}: learning${from}, ${learntRows} rows so far`;
  });
  const dropped = known.droppedRows === 0 ? [] : [`${known.droppedRows} rows were not looked at`];
  const table =
    known.standings.length === 0
      ? 'nobody asked enough to be judged'
      : formatTable(
          terminal,
          HEADINGS,
          known.standings.map((standing) => rowOf(terminal, standing)),
        );
  return [`the defence is on ${mode}${changed}`, ...models, ...dropped, table].join('\n');
}

const HEADINGS = ['model', 'principal', 'level', 'alarms', 'score', 'strongest signal', 'rows today'].map(
  (heading) => ({ heading }),
);

function rowOf(terminal: Terminal, standing: DefenceStanding): readonly string[] {
  const { model, principal = 'everybody', level, alarms, windows, score, signals, rowsToday } = standing;
  const [strongest] = Object.entries(signals).sort(([, a], [, b]) => b - a);
  return [
    model,
    escapeText(principal),
    level === 'observed' ? level : paint(terminal, 'warning', level),
    `${alarms} of ${windows}`,
    score.toFixed(1),
    strongest === undefined ? '' : `${strongest[0]} (${strongest[1].toFixed(1)})`,
    String(rowsToday),
  ];
}
