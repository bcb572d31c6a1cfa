import { Command } from 'commander';
import type { LockdownStatus } from '../../api/index.ts';
import { bindAct, describeCommand, type Runner } from '../command.ts';
import { answer, done } from '../result.ts';
import { escapeText, paint, type Terminal } from '../terminal.ts';
import { formatInstant } from '../units.ts';

/** `lockdown …`: stops every release and prediction. */
export function lockdownCommand(runner: Runner): Command {
  return new Command('lockdown')
    .description('stop every release and prediction at once, and let them go on')
    .addCommand(statusCommand(runner))
    .addCommand(onCommand(runner))
    .addCommand(liftCommand(runner));
}

function statusCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'status',
    summary: 'tell whether releases are stopped, since when and why',
    examples: [
      ['strongroom lockdown status', 'in words'],
      ['strongroom lockdown status --json', 'as a document'],
    ],
  });
  return bindAct(command, runner, ({ session }) =>
    session.withApi(async (api) => {
      const lockdown = await api.lockdown.status();
      return answer({ lockdown }, (terminal) => formatLockdown(terminal, lockdown));
    }),
  );
}

interface ReasonOptions {
  readonly reason: string;
}

function onCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'on',
    summary: 'stop every release and prediction, in every process of the home',
    more: 'Downloads that run end within a second. Storing, looking and verifying go on.',
    examples: [
      ['strongroom lockdown on --reason "token of ci leaked"', 'at once'],
      ['strongroom --server https://models.example lockdown on --reason drill', 'on a server'],
    ],
  }).requiredOption('-r, --reason <text>', 'why; everybody who is refused reads it');
  return bindAct<ReasonOptions>(command, runner, ({ session, options }) =>
    session.withApi(async (api) => {
      const lockdown = await api.lockdown.begin(options);
      return done({ lockdown }, 'locked down: nothing is released');
    }),
  );
}

function liftCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'lift',
    summary: 'let releases and predictions go on',
    more: 'On a server it takes a second person; the owner of a home needs none.',
    examples: [
      [
        'strongroom approval request lockdown:lift lockdown --reason "token revoked"',
        'a second person agrees',
      ],
      ['strongroom lockdown lift --reason "token revoked, nothing was taken"', 'then'],
    ],
  }).requiredOption('-r, --reason <text>', 'why; it is kept with who and when');
  return bindAct<ReasonOptions>(command, runner, ({ session, options }) =>
    session.withApi(async (api) => {
      const lockdown = await api.lockdown.lift(options);
      return done({ lockdown }, 'the lockdown is lifted');
    }),
  );
}

function formatLockdown(terminal: Terminal, { isOn, reason, since, by }: LockdownStatus): string {
  const state = isOn ? paint(terminal, 'warning', 'locked down') : 'not locked down';
  if (since === undefined) return state;
  return `${state}, since ${formatInstant(since)} by ${escapeText(by ?? '')}: ${escapeText(reason ?? '')}`;
}
