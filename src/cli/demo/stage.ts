import { join } from 'node:path';
import { type ModelName, parseModelName, type StrongroomApi } from '../../api/index.ts';
import { collectBytes, Passphrase, SecretBytes } from '../../bytes/index.ts';
import { equalBytes } from '../../crypto/index.ts';
import { generateRootKey } from '../../keyring/index.ts';
import type { Operations } from '../operations.ts';
import type { ExampleRun } from './examples.ts';
import { prove } from './prove.ts';

/** No file of the example is larger. */
const MAX_EXAMPLE_BYTES = 16 * 1024 * 1024;

/** What the steps of the demo share. */
export interface Stage {
  readonly operations: Operations;
  readonly signal: AbortSignal;
  readonly runs: readonly ExampleRun[];
  readonly model: ModelName;
  readonly home: string;
  readonly secondHome: string;
  readonly backup: string;
  readonly key: SecretBytes;
  readonly accessCode: Passphrase;
}

/** Sets the stage in an empty folder. */
export function setStage(given: Pick<Stage, 'operations' | 'signal' | 'runs'>, folder: string): Stage {
  return {
    ...given,
    model: parseModelName('demo/digits'),
    home: join(folder, 'home'),
    secondHome: join(folder, 'second-home'),
    backup: join(folder, 'backup'),
    key: generateRootKey(),
    accessCode: Passphrase.fromText('four words no guesser'),
  };
}

/** Runs work on a home opened with a key, by default the right one. */
export async function onHome<T>(
  stage: Stage,
  work: (api: StrongroomApi) => Promise<T>,
  other: { readonly home?: string; readonly key?: SecretBytes } = {},
): Promise<T> {
  const key = SecretBytes.copyOf((other.key ?? stage.key).expose());
  const home = await stage.operations.openHome({
    home: other.home ?? stage.home,
    unseal: { materials: [{ kind: 'key', key }] },
  });
  try {
    return await work(home.api);
  } finally {
    await home.close();
  }
}

/** Fetches a version and proves that every file is, byte for byte, what was put. Resolves to how many bytes that were. */
export async function proveSameBytes(stage: Stage, api: StrongroomApi, version: number): Promise<number> {
  const run = stage.runs[version - 1];
  prove(run !== undefined, `version ${version} has an original`);
  const originals = await stage.operations.readInputs([run.folder]);
  await using opened = await api.versions.open({ model: stage.model, version });
  prove(opened.files.length === originals.length, 'no file is missing');
  let size = 0;
  for (const original of originals) {
    const file = opened.files.find((candidate) => candidate.path === original.path);
    prove(file !== undefined, `${original.path} came back`);
    const expected = await collectBytes(original.open(), MAX_EXAMPLE_BYTES);
    prove(
      equalBytes(expected, await collectBytes(file.read(), MAX_EXAMPLE_BYTES)),
      `${original.path} is the same, byte for byte`,
    );
    size += expected.length;
  }
  return size;
}
