import type { Command } from 'commander';
import { bindAct, describeCommand, type Runner } from '../command.ts';
import { type ProvedStep, runDemo } from '../demo/run-demo.ts';
import { STEPS } from '../demo/steps.ts';
import { answer } from '../result.ts';
import type { Session } from '../session.ts';
import { escapeText, paint } from '../terminal.ts';
import { formatDuration } from '../units.ts';

/** `demo`: the life of a real model in a temporary home, each step proved. */
export function demoCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'demo',
    summary: 'watch a real model live in a temporary home, each step proved',
    more: 'Uses the classifiers of examples/digits. Ends with 0 only if every step proved what it claims.',
    examples: [
      ['strongroom demo', 'a few seconds, nothing is left behind'],
      ['strongroom demo --json', 'the steps and their times as a document'],
    ],
  });
  return bindAct(command, runner, async ({ session }) => {
    const startedAt = session.context.now();
    const steps = await runDemo(session, (step) => showStep(session, step));
    const ms = Math.round(session.context.now() - startedAt);
    return answer({ steps, ms }, (terminal) =>
      paint(terminal, 'good', `all ${steps.length} steps proved what they claim, in ${formatDuration(ms)}`),
    );
  });
}

async function showStep(session: Session, step: ProvedStep): Promise<void> {
  if (session.options.json || session.options.quiet) return;
  const { stdout } = session.context;
  const width = Math.max(...STEPS.map(({ name }) => name.length));
  const name = paint(stdout.terminal, 'strong', step.name.padEnd(width));
  await stdout.write(`${name}  ${formatDuration(step.ms).padStart(7)}  ${escapeText(step.proof)}\n`);
}
