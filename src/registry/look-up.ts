import { formatVersionRef, type Model, type ModelName, type Version, type VersionRef } from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { VersionSelector } from '../storage/index.ts';
import { openModel, openVersion } from './open-rows.ts';
import type { RegistryParts } from './registry.ts';

export async function findModel(parts: RegistryParts, name: ModelName): Promise<Model | undefined> {
  const state = await parts.catalogue.findModel(name);
  return state === undefined ? undefined : openModel(parts.rows, state);
}

/** Throws `MODEL_MISSING`. */
export async function getModel(parts: RegistryParts, name: ModelName): Promise<Model> {
  const model = await findModel(parts, name);
  if (model === undefined) throw new StrongroomError('MODEL_MISSING', `there is no model ${name}`);
  return model;
}

/** Newest last, in any state. Throws `MODEL_MISSING`. */
export async function listAllVersions(parts: RegistryParts, model: ModelName): Promise<readonly Version[]> {
  await getModel(parts, model);
  return (await parts.catalogue.listVersions(model)).map((state) => openVersion(parts.rows, state));
}

/** A version that is available. Throws as `Registry.getVersion`. */
export async function getVersion(parts: RegistryParts, ref: VersionRef): Promise<Version> {
  const version = await getAnyVersion(parts, ref);
  if (version.state === 'available') return version;
  const code = version.state === 'quarantined' ? 'TRUST_QUARANTINED' : 'TRUST_WITHDRAWN';
  const named = `${version.model}@${version.version}`;
  throw new StrongroomError(code, `${named} is ${version.state}: ${version.stateReason ?? ''}`);
}

/** A version in any state. Throws `MODEL_MISSING`, `VERSION_MISSING`, `ALIAS_MISSING`. */
export async function getAnyVersion(parts: RegistryParts, ref: VersionRef): Promise<Version> {
  const state = await parts.catalogue.findVersion(ref.model, selectorOf(ref));
  if (state !== undefined) return openVersion(parts.rows, state);
  await getModel(parts, ref.model);
  if (ref.alias !== undefined)
    throw new StrongroomError('ALIAS_MISSING', `${ref.model} has no alias ${ref.alias}`);
  throw new StrongroomError('VERSION_MISSING', `there is no version ${formatVersionRef(ref)}`);
}

function selectorOf(ref: VersionRef): VersionSelector {
  if (ref.version !== undefined) return { version: ref.version };
  return ref.alias === undefined ? 'newest' : { alias: ref.alias };
}
