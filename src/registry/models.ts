import { StrongroomError } from '../errors/index.ts';
import type { ModelRow } from '../storage/index.ts';
import { findModel, getModel, getVersion } from './look-up.ts';
import { getDirection, normalizeDirections, normalizeMetricName } from './metrics.ts';
import { openModel } from './open-rows.ts';
import type { ModelSettings, Registry, RegistryParts } from './registry.ts';

/** A page of text, as with metadata. */
const MAX_DESCRIPTION_CHARS = 8192;
/** More directions than any model has metrics. */
const MAX_DIRECTIONS = 256;

type ModelVerbs = Pick<
  Registry,
  'findModel' | 'getModel' | 'listModels' | 'configureModel' | 'removeModel' | 'setAlias' | 'removeAlias'
>;

export function modelVerbs(parts: RegistryParts): ModelVerbs {
  const { catalogue, rows, now } = parts;
  return {
    findModel: (name) => findModel(parts, name),
    getModel: (name) => getModel(parts, name),
    async listModels(namespace) {
      return (await catalogue.listModels(namespace)).map((state) => openModel(rows, state));
    },
    async configureModel(name, settings) {
      await catalogue.updateModel(name, (row) => {
        const { mac: _mac, ...current } = rows.openModel(row);
        return rows.sealModel(applySettings(current, settings));
      });
      return getModel(parts, name);
    },
    removeModel: (name) => catalogue.removeModel(name, now()),
    async setAlias(model, alias, version) {
      await getModel(parts, model);
      await getVersion(parts, { model, version });
      await catalogue.setAlias(rows.sealAlias({ model, alias, version, setAt: now() }));
      return getModel(parts, model);
    },
    async removeAlias(model, alias) {
      await getModel(parts, model);
      await catalogue.removeAlias(model, alias);
      return getModel(parts, model);
    },
  };
}

/** The directions of a model with more of them; later ones win. Throws `METRIC_INVALID`. */
export function mergeDirections(
  current: ModelRow['metricDirections'],
  added: ModelRow['metricDirections'] = {},
): ModelRow['metricDirections'] {
  const merged = Object.fromEntries([...Object.entries(current), ...normalizeDirections(added)]);
  if (Object.keys(merged).length > MAX_DIRECTIONS) {
    throw new StrongroomError(
      'METRIC_INVALID',
      `a model has at most ${MAX_DIRECTIONS} directions of its own`,
    );
  }
  return merged;
}

function applySettings(row: Omit<ModelRow, 'mac'>, settings: ModelSettings): Omit<ModelRow, 'mac'> {
  const { primaryMetric: current, ...rest } = row;
  const metricDirections = mergeDirections(row.metricDirections, settings.metricDirections);
  const primaryMetric = choosePrimary(current, settings.primaryMetric);
  if (primaryMetric !== undefined) getDirection(primaryMetric, metricDirections);
  return {
    ...rest,
    metricDirections,
    protection: settings.protection ?? row.protection,
    description: parseDescription(settings.description ?? row.description),
    ...(primaryMetric === undefined ? {} : { primaryMetric }),
  };
}

/** An empty name takes the primary metric away. */
function choosePrimary(current: string | undefined, asked: string | undefined): string | undefined {
  if (asked === undefined) return current;
  return asked === '' ? undefined : normalizeMetricName(asked);
}

function parseDescription(text: string): string {
  const isText = text.isWellFormed() && !/[^\P{Cc}\t\n\r]/u.test(text);
  if (isText && text.length <= MAX_DESCRIPTION_CHARS) return text;
  throw new StrongroomError(
    'INPUT_INVALID',
    `a description has at most ${MAX_DESCRIPTION_CHARS} characters and no control characters`,
  );
}
