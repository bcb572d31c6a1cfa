import type { Command } from 'commander';
import { type BestVersion, type ModelName, parseModelName, type StrongroomApi } from '../../api/index.ts';
import { toStrongroomError } from '../../errors/index.ts';
import { bindAct, describeCommand, type Runner } from '../command.ts';
import { answer } from '../result.ts';
import { formatModels, formatVersions } from '../version-text.ts';

/** `ls`: the models, or the versions of one. */
export function lsCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'ls',
    args: '[model]',
    usage: '[options] [MODEL]',
    summary: 'list models, or the versions of one',
    examples: [
      ['strongroom ls', 'every model'],
      ['strongroom ls acme/churn', 'its versions, the best one marked'],
      ['strongroom ls acme/churn --json | jq .versions[].metrics', 'for a script'],
    ],
  });
  return bindAct(command, runner, ({ session, args }) =>
    session.withApi(async (api) => {
      const [word] = args;
      if (word === undefined) {
        const models = await api.models.list();
        return answer({ models }, (terminal) => formatModels(terminal, models));
      }
      const model = parseModelName(word);
      const versions = await api.versions.list({ model });
      const best = await findBest(api, model);
      return answer(
        { model, versions, ...(best && { best: { version: best.version.version, metric: best.metric } }) },
        (terminal) => formatVersions(terminal, versions, best),
      );
    }),
  );
}

/** A model whose versions have no common metric simply has no best one to mark. */
async function findBest(api: StrongroomApi, model: ModelName): Promise<BestVersion | undefined> {
  try {
    return await api.versions.best({ model });
  } catch (error) {
    const { kind } = toStrongroomError(error);
    if (kind === 'missing' || kind === 'invalid') return undefined;
    throw error;
  }
}
