import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { utf8Text } from '../../bytes/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import type { Operations } from '../operations.ts';

const MAX_METRICS_BYTES = 64 * 1024;

const metricsFile = z.object({
  runs: z
    .array(
      z.object({
        run: z.number(),
        folder: z.string().regex(/^run-\d+$/),
        metrics: z.record(z.string(), z.number()),
      }),
    )
    .length(3),
});

/** One training run of the digits classifier: the folder with its model in four formats, and how good it is. */
export interface ExampleRun {
  readonly run: number;
  readonly folder: string;
  readonly metrics: Readonly<Record<string, number>>;
}

/** The three runs that ship with the package in examples/digits. Throws `STORAGE_MISSING` where they do not. */
export async function readExampleRuns(
  operations: Pick<Operations, 'readSecretFile'>,
): Promise<readonly ExampleRun[]> {
  const base = fileURLToPath(new URL('../../../examples/digits', import.meta.url));
  const file = await operations.readSecretFile(join(base, 'metrics.json'), MAX_METRICS_BYTES);
  if (file === undefined) {
    throw new StrongroomError('STORAGE_MISSING', 'the example models are not there', {
      hint: 'run the demo from a clone of the repository: npm run demo',
    });
  }
  const { runs } = metricsFile.parse(JSON.parse(utf8Text(file.bytes) ?? ''));
  return runs.map((run) => ({ ...run, folder: join(base, run.folder) }));
}
