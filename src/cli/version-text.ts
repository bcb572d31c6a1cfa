import type { BestVersion, Model, Version } from '../api/index.ts';
import { type Cell, formatFields, formatTable } from './table.ts';
import { escapeText, paint, type Terminal } from './terminal.ts';
import { formatBytes, formatCount, formatInstant, formatMetric } from './units.ts';

/** The versions of a model, newest first as they come, the best one marked. */
export function formatVersions(
  terminal: Terminal,
  versions: readonly Version[],
  best: BestVersion | undefined,
): string {
  if (versions.length === 0) return 'no versions yet';
  const table = formatTable(
    terminal,
    [
      { heading: '' },
      { heading: 'version', align: 'right' },
      { heading: 'aliases', isFlexible: true },
      { heading: 'files', align: 'right' },
      { heading: 'size', align: 'right' },
      { heading: 'made (UTC)' },
      { heading: 'metrics', isFlexible: true },
    ],
    versions.map((version) => [
      version.version === best?.version.version ? { text: '*', tone: 'good' } : '',
      String(version.version),
      version.aliases.join(' '),
      String(version.files.length),
      formatBytes(version.size),
      formatInstant(version.createdAt),
      formatMetrics(version.metrics),
    ]),
  );
  if (best === undefined) return table;
  const note = `* best by ${escapeText(best.metric)}, where ${best.direction} is better`;
  return `${table}\n${paint(terminal, 'quiet', note)}`;
}

/** `accuracy=0.97 f1=0.96`. */
export function formatMetrics(metrics: Readonly<Record<string, number>>): string {
  return Object.entries(metrics)
    .map(([name, value]) => `${name}=${formatMetric(value)}`)
    .join(' ');
}

/** All models, one a line. */
export function formatModels(terminal: Terminal, models: readonly Model[]): string {
  if (models.length === 0) return 'no models yet';
  return formatTable(
    terminal,
    [
      { heading: 'model' },
      { heading: 'versions', align: 'right' },
      { heading: 'latest', align: 'right' },
      { heading: 'aliases', isFlexible: true },
      { heading: 'description', isFlexible: true },
    ],
    models.map((model) => [
      model.name,
      String(model.versionCount),
      model.latestVersion === undefined ? '' : String(model.latestVersion),
      formatAliases(model.aliases),
      model.description,
    ]),
  );
}

function formatAliases(aliases: Readonly<Record<string, number>>): string {
  return Object.entries(aliases)
    .map(([alias, version]) => `${alias}@${version}`)
    .join(' ');
}

/** One model with what is set on it. */
export function formatModel(terminal: Terminal, model: Model): string {
  return formatFields(terminal, [
    ['model', { text: model.name, tone: 'strong' }],
    ['description', presence(model.description)],
    ['made (UTC)', formatInstant(model.createdAt)],
    ['versions', String(model.versionCount)],
    ['aliases', presence(formatAliases(model.aliases))],
    ['primary metric', model.primaryMetric],
    [
      'directions',
      presence(
        Object.entries(model.metricDirections)
          .map(([name, way]) => `${name}=${way}`)
          .join(' '),
      ),
    ],
  ]);
}

/** One version with its files. */
export function formatVersion(terminal: Terminal, version: Version): string {
  const origin = version.derivedFrom;
  const fields = formatFields(terminal, [
    ['version', { text: `${version.model}@${version.version}`, tone: 'strong' }],
    ['made (UTC)', `${formatInstant(version.createdAt)} by ${version.createdBy}`],
    ['state', version.state === 'available' ? undefined : { text: version.state, tone: 'warning' }],
    ['size', `${formatBytes(version.size)} in ${formatCount(version.files.length, 'file')}`],
    ['digest', version.digest],
    ['aliases', presence(version.aliases.join(' '))],
    ['metrics', presence(formatMetrics(version.metrics))],
    [
      'metadata',
      presence(
        Object.entries(version.metadata)
          .map(([name, value]) => `${name}=${value}`)
          .join(' '),
      ),
    ],
    ['derived from', origin && `${origin.model}@${origin.version} (${origin.relation})`],
    ['access code', version.hasAccessCode ? { text: 'asked for', tone: 'strong' } : undefined],
    ['encryption', version.isEncrypted ? undefined : { text: 'off', tone: 'warning' }],
  ]);
  const files = formatTable(
    terminal,
    [
      { heading: 'file', isFlexible: true },
      { heading: 'size', align: 'right' },
      { heading: 'stored', align: 'right' },
      { heading: 'sha256', isFlexible: true },
    ],
    version.files.map((file): Cell[] => [
      file.path,
      formatBytes(file.size),
      formatBytes(file.storedSize),
      file.sha256,
    ]),
  );
  return `${fields}\n\n${files}`;
}

function presence(text: string): string | undefined {
  return text === '' ? undefined : text;
}
