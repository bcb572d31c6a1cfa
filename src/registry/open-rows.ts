import {
  type AliasName,
  type ManifestFile,
  type Model,
  type Namespace,
  parseAliasName,
  parseFilePath,
  parseModelName,
  parseNamespaceName,
  type Version,
} from '../api/index.ts';
import type { ModelState, NamespaceState, StoredFileRow, VersionState } from '../storage/index.ts';
import type { SealedRows } from './sealed-rows.ts';

/** A namespace as callers see it. Throws `REGISTRY_TAMPERED`. */
export function openNamespace(rows: SealedRows, state: NamespaceState): Namespace {
  return rows.once(state, namespaceOf);
}

function namespaceOf(rows: SealedRows, state: NamespaceState): Namespace {
  const { name, createdAt, encryption, keyScope, modelCount } = rows.openNamespace(state);
  return { name: parseNamespaceName(name), createdAt, encryption, keyScope, modelCount };
}

/** A model with its aliases, all checked. Throws `REGISTRY_TAMPERED`. */
export function openModel(rows: SealedRows, state: ModelState): Model {
  return rows.once(state, modelOf);
}

function modelOf(rows: SealedRows, state: ModelState): Model {
  const row = rows.openModel(state);
  const aliases = row.aliases.map((alias) => rows.openAlias(alias));
  return {
    name: parseModelName(row.name),
    createdAt: row.createdAt,
    description: row.description,
    ...(row.primaryMetric === undefined ? {} : { primaryMetric: row.primaryMetric }),
    metricDirections: row.metricDirections,
    protection: row.protection,
    aliases: Object.fromEntries(aliases.map(({ alias, version }) => [alias, version])),
    ...(row.latestVersion === undefined ? {} : { latestVersion: row.latestVersion }),
    versionCount: row.versionCount,
  };
}

/** A version with files, aliases and metrics, all checked. Throws `REGISTRY_TAMPERED`. */
export function openVersion(rows: SealedRows, state: VersionState): Version {
  return rows.once(state, versionOf);
}

function versionOf(rows: SealedRows, state: VersionState): Version {
  const row = rows.openVersion(state);
  const { derivedFrom } = row;
  const files = row.files.map(openFile);
  return {
    model: parseModelName(row.model),
    version: row.version,
    createdAt: row.createdAt,
    createdBy: row.createdBy,
    files,
    size: files.reduce((sum, file) => sum + file.size, 0),
    digest: row.digest,
    aliases: openAliases(rows, row),
    metrics: Object.fromEntries(row.metrics.map((metric) => [rows.openMetric(metric).name, metric.value])),
    metadata: row.metadata,
    ...(derivedFrom === undefined
      ? {}
      : { derivedFrom: { ...derivedFrom, model: parseModelName(derivedFrom.model) } }),
    hasAccessCode: row.hasAccessCode,
    isEncrypted: row.isEncrypted,
    state: row.standing?.state ?? 'available',
    ...(row.standing === undefined ? {} : { stateReason: row.standing.reason }),
  };
}

function openAliases(rows: SealedRows, state: VersionState): readonly AliasName[] {
  return state.aliases.map((alias) => parseAliasName(rows.openAlias(alias).alias));
}

function openFile(row: StoredFileRow): ManifestFile {
  const { path, size, sha256, sha512, storedSize, blob } = row;
  return {
    path: parseFilePath(path),
    size,
    sha256,
    ...(sha512 === undefined ? {} : { sha512 }),
    storedSize,
    blob,
  };
}
