import { type AliasName, namespaceOf } from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { assertLineage, assertMetadata, assertPaths } from '../manifest/index.ts';
import type { ModelRow, NamespaceRow, PublishDecision, PublishState, VersionRow } from '../storage/index.ts';
import { getDirection, normalizeMetrics } from './metrics.ts';
import { mergeDirections } from './models.ts';
import { openVersion } from './open-rows.ts';
import type { NewVersion, PublishedVersion, Registry, RegistryParts, VersionWords } from './registry.ts';
import { signatureRow } from './trust.ts';
import { metricRows } from './versions.ts';

export function publishVerbs(parts: RegistryParts): Pick<Registry, 'assertPublishable' | 'publishVersion'> {
  return {
    assertPublishable: (words, paths) => assertPublishable(parts, words, paths),
    publishVersion: (input) => publishVersion(parts, input),
  };
}

async function assertPublishable(
  parts: RegistryParts,
  words: VersionWords,
  paths: readonly string[],
): Promise<void> {
  const { catalogue, rows } = parts;
  assertPaths(paths);
  assertMetadata(words.metadata ?? {});
  const metrics = normalizeMetrics(words.metrics ?? {});
  const model = await catalogue.findModel(words.model);
  const own = model === undefined ? {} : rows.openModel(model).metricDirections;
  const directions = mergeDirections(own, words.metricDirections);
  for (const metric of metrics.keys()) getDirection(metric, directions);
  const parent = words.derivedFrom;
  if (parent === undefined) return;
  assertLineage(parent);
  if ((await catalogue.findVersion(parent.model, { version: parent.version })) !== undefined) return;
  throw new StrongroomError('LINEAGE_MISSING', `there is no version ${parent.model}@${parent.version}`);
}

async function publishVersion(parts: RegistryParts, input: NewVersion): Promise<PublishedVersion> {
  const at = parts.now();
  const parent = input.derivedFrom;
  const result = await parts.catalogue.publishVersion(
    {
      lease: input.lease,
      model: input.model,
      files: input.files,
      ...(parent === undefined ? {} : { parent }),
      ...(input.unfitTwins === undefined ? {} : { unfitTwins: input.unfitTwins }),
      ...(input.reports === undefined ? {} : { reports: input.reports }),
      at,
    },
    (state) => decide(parts, { input, at, state }),
  );
  if (result.outcome === 'key-blocked') return result;
  return {
    outcome: 'published',
    version: openVersion(parts.rows, result.version),
    superfluous: result.superfluous,
  };
}

interface Publication {
  readonly input: NewVersion;
  readonly at: string;
  readonly state: PublishState;
}

/** All rows of a publication, by the rules; what it throws undoes the publication. */
function decide(parts: RegistryParts, publication: Publication): PublishDecision {
  const { input, at, state } = publication;
  if (state.namespace === undefined) input.assertMayMake('namespace');
  if (state.model === undefined) input.assertMayMake('model');
  const metrics = normalizeMetrics(input.metrics ?? {});
  const of = { model: input.model, version: state.version };
  return {
    namespace: decideNamespace(parts, publication),
    model: decideModel(parts, publication, [...metrics.keys()]),
    version: decideVersion(parts, publication),
    aliases: aliasesOf(input).map((alias) => parts.rows.sealAlias({ ...of, alias, setAt: at })),
    metrics: metricRows(parts, of, metrics),
    signatures: (input.signatures ?? []).map((content) =>
      parts.rows.sealSignature(signatureRow(of, content, { addedAt: at, addedBy: input.createdBy })),
    ),
  };
}

/** None for a version that readers do not see: an alias of it would take the one before away from them. */
function aliasesOf({ aliases, quarantine }: NewVersion): readonly AliasName[] {
  return quarantine === undefined ? [...new Set(aliases)] : [];
}

function decideNamespace({ rows }: RegistryParts, { input, at, state }: Publication): NamespaceRow {
  const namespace =
    state.namespace === undefined
      ? rows.sealNamespace({
          name: namespaceOf(input.model),
          createdAt: at,
          encryption: 'on',
          keyScope: 'namespace',
        })
      : rows.openNamespace(state.namespace);
  if (namespace.encryption === 'on' && !isEncrypted(input)) {
    throw new StrongroomError(
      'NAMESPACE_CHANGED',
      `files that are not encrypted do not belong into ${namespace.name}`,
    );
  }
  return namespace;
}

function decideModel(
  { rows }: RegistryParts,
  { input, at, state }: Publication,
  metrics: readonly string[],
): ModelRow {
  const current =
    state.model === undefined
      ? {
          name: input.model,
          createdAt: at,
          description: '',
          metricDirections: {},
          protection: 'none' as const,
        }
      : rows.openModel(state.model);
  const metricDirections = mergeDirections(current.metricDirections, input.metricDirections);
  for (const metric of metrics) getDirection(metric, metricDirections);
  return rows.sealModel({ ...current, metricDirections });
}

function decideVersion({ rows }: RegistryParts, { input, at, state }: Publication): VersionRow {
  return rows.sealVersion({
    model: input.model,
    version: state.version,
    createdAt: at,
    createdBy: input.createdBy,
    metadata: input.metadata ?? {},
    ...(input.derivedFrom === undefined ? {} : { derivedFrom: input.derivedFrom }),
    hasAccessCode: input.files.some((file) => file.blob.codeLock !== undefined),
    isEncrypted: isEncrypted(input),
    ...(input.quarantine === undefined
      ? {}
      : {
          standing: { state: 'quarantined' as const, reason: input.quarantine, at, by: input.createdBy },
        }),
    files: state.files,
  });
}

function isEncrypted(input: NewVersion): boolean {
  return input.files.every((file) => file.blob.key !== undefined);
}
