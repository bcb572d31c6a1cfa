import type { BestVersion, ModelName, Version, VersionRef } from '../api/index.ts';
import { formatVersionRef } from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { MetricRow, VersionSelector } from '../storage/index.ts';
import { bestOf } from './best.ts';
import { getDirection, normalizeMetricName, normalizeMetrics } from './metrics.ts';
import { getModel, mergeDirections } from './models.ts';
import { openVersion } from './open-rows.ts';
import type { Registry, RegistryParts } from './registry.ts';

type VersionVerbs = Pick<
  Registry,
  'getVersion' | 'listVersions' | 'getBest' | 'addMetrics' | 'removeVersion'
>;

export function versionVerbs(parts: RegistryParts): VersionVerbs {
  const { catalogue, rows, now } = parts;
  return {
    getVersion: (ref) => getVersion(parts, ref),
    async listVersions(model) {
      await getModel(parts, model);
      return (await catalogue.listVersions(model)).map((state) => openVersion(rows, state));
    },
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
      const { model, version } = await getVersion(parts, ref);
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

async function getVersion(parts: RegistryParts, ref: VersionRef): Promise<Version> {
  const state = await parts.catalogue.findVersion(ref.model, selectorOf(ref));
  if (state !== undefined) return openVersion(parts.rows, state);
  await getModel(parts, ref.model);
  if (ref.alias !== undefined) throw missing('ALIAS_MISSING', `${ref.model} has no alias ${ref.alias}`);
  throw missing('VERSION_MISSING', `there is no version ${formatVersionRef(ref)}`);
}

function selectorOf(ref: VersionRef): VersionSelector {
  if (ref.version !== undefined) return { version: ref.version };
  return ref.alias === undefined ? 'newest' : { alias: ref.alias };
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
  if (best === undefined) throw missing('METRIC_MISSING', `no version of ${model} has a value of ${metric}`);
  const version = await getVersion(parts, { model, version: best.version });
  return { version, metric, direction, value: best.value };
}

function missing(code: 'ALIAS_MISSING' | 'VERSION_MISSING' | 'METRIC_MISSING', message: string) {
  return new StrongroomError(code, message);
}
