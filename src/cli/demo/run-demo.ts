import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomId } from '../../crypto/index.ts';
import { Folder } from '../../storage/index.ts';
import type { Session } from '../session.ts';
import { readExampleRuns } from './examples.ts';
import { setStage } from './stage.ts';
import { STEPS } from './steps.ts';

/** One step that was done and proved. */
export interface ProvedStep {
  readonly name: string;
  readonly proof: string;
  readonly ms: number;
}

/** Runs every step in a temporary folder, which is gone afterwards. Throws at the first step that proves nothing. */
export async function runDemo(
  session: Session,
  onStep: (step: ProvedStep) => Promise<void>,
): Promise<readonly ProvedStep[]> {
  const { operations, signal, now } = session.context;
  const runs = await readExampleRuns(operations);
  await using base = await Folder.open(tmpdir());
  const name = `strongroom-demo-${randomId()}`;
  await base.createFolder(name);
  try {
    const stage = setStage({ operations, signal, runs }, join(tmpdir(), name));
    const steps: ProvedStep[] = [];
    for (const { name, run } of STEPS) {
      signal.throwIfAborted();
      const startedAt = now();
      const proof = await run(stage);
      const step = { name, proof, ms: Math.round(now() - startedAt) };
      steps.push(step);
      await onStep(step);
    }
    return steps;
  } finally {
    await base.removeTree(name);
  }
}
