import type { Command } from 'commander';
import {
  type BestVersion,
  type ModelName,
  parseModelName,
  type StrongroomApi,
  type Version,
} from '../../api/index.ts';
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
      const best = await findBest(api, model, versions);
      return answer(
        { model, versions, ...(best && { best: { version: best.version.version, metric: best.metric } }) },
        (terminal) => formatVersions(terminal, versions, best),
      );
    }),
  );
}

/** The best version by the primary metric, or by the only metric there is; otherwise there is none to mark. */
async function findBest(
  api: StrongroomApi,
  model: ModelName,
  versions: readonly Version[],
): Promise<BestVersion | undefined> {
  const { primaryMetric } = await api.models.get({ model });
  const names = new Set(versions.flatMap((version) => Object.keys(version.metrics)));
  const metric = primaryMetric ?? (names.size === 1 ? [...names][0] : undefined);
  return metric !== undefined && names.has(metric) ? await api.versions.best({ model, metric }) : undefined;
}
