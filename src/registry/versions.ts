import type { BestVersion, ModelName } from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { MetricRow } from '../storage/index.ts';
import { bestOf } from './best.ts';
import { getAnyVersion, getModel, getVersion, listAllVersions } from './look-up.ts';
import { getDirection, normalizeMetricName, normalizeMetrics } from './metrics.ts';
import { mergeDirections } from './models.ts';
import type { Registry, RegistryParts } from './registry.ts';

type VersionVerbs = Pick<
  Registry,
  | 'getVersion'
  | 'getAnyVersion'
  | 'listVersions'
  | 'listAllVersions'
  | 'getBest'
  | 'addMetrics'
  | 'removeVersion'
>;

export function versionVerbs(parts: RegistryParts): VersionVerbs {
  const { catalogue, rows, now } = parts;
  return {
    getVersion: (ref) => getVersion(parts, ref),
    getAnyVersion: (ref) => getAnyVersion(parts, ref),
    async listVersions(model) {
      const versions = await listAllVersions(parts, model);
      return versions.filter((version) => version.state === 'available');
    },
    listAllVersions: (model) => listAllVersions(parts, model),
    getBest: (model, metric) => getBest(parts, model, metric),
    async addMetrics(ref, metrics, directions) {
      const { model, version } = await getVersion(parts, ref);
      const values = normalizeMetrics(metrics);
      await catalogue.addMetrics({ model, version }, (row) => {
        const { mac: _mac, ...current } = rows.openModel(row);
        const metricDirections = mergeDirections(current.metricDirections, directions);
        for (const name of values.keys()) getDirection(name, metricDirections);
        return {
          model: rows.sealModel({ ...current, metricDirections }),
          metrics: metricRows(parts, { model, version }, values),
        };
      });
      return getVersion(parts, { model, version });
    },
    async removeVersion(ref) {
      const { model, version } = await getAnyVersion(parts, ref);
      return catalogue.removeVersion(model, version, now());
    },
  };
}

/** Metrics of a version as sealed rows. */
export function metricRows(
  parts: RegistryParts,
  of: { readonly model: string; readonly version: number },
  values: ReadonlyMap<string, number>,
): readonly MetricRow[] {
  return [...values].map(([name, value]) => parts.rows.sealMetric({ ...of, name, value }));
}

async function getBest(parts: RegistryParts, model: ModelName, asked?: string): Promise<BestVersion> {
  const { primaryMetric, metricDirections } = await getModel(parts, model);
  const named = asked ?? primaryMetric;
  if (named === undefined) {
    throw new StrongroomError('METRIC_INVALID', `${model} has no primary metric and none was named`, {
      hint: 'name one: strongroom best MODEL --metric accuracy',
    });
  }
  const metric = normalizeMetricName(named);
  const direction = getDirection(metric, metricDirections);
  const values = await parts.catalogue.listMetrics(model, metric);
  const best = bestOf(
    values.map((row) => parts.rows.openMetric(row)),
    direction,
  );
  if (best === undefined) {
    throw new StrongroomError('METRIC_MISSING', `no version of ${model} has a value of ${metric}`);
  }
  const version = await getVersion(parts, { model, version: best.version });
  return { version, metric, direction, value: best.value };
}
