import { parsePlace } from '../access/index.ts';
import {
  formatVersionRef,
  type GrantPlace,
  type ModelName,
  type NamespaceName,
  type Permission,
  quoteForMessage,
  type VersionRef,
} from '../api/index.ts';
import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import type { GrantedAct } from './gate.ts';

/** An act whose place is known. */
export interface PlacedAct extends GrantedAct {
  readonly on: GrantPlace;
}

/** Something done to the whole strongroom. */
export function onEverything(action: Permission, resource = 'everything'): PlacedAct {
  return { action, on: 'everything', resource, ifHidden: unreachable };
}

/** Asking for a list: what the caller may not see is left out of it. */
export function listing(action: Permission, resource = 'everything'): GrantedAct {
  return { action, on: 'anywhere', resource, ifHidden: unreachable };
}

export function onNamespace(action: Permission, name: NamespaceName): PlacedAct {
  return {
    action,
    on: name,
    resource: name,
    ifHidden: () => new StrongroomError('NAMESPACE_MISSING', `there is no namespace ${name}`),
  };
}

/** Something done to a model, a version or an alias of it. */
export function onModel(action: Permission, ref: VersionRef): PlacedAct {
  return {
    action,
    on: ref.model,
    resource: formatVersionRef(ref),
    ifHidden: () => missingModel(ref.model),
  };
}

/** Something done to a key. */
export function onKey(action: Permission, name: string, version?: number): PlacedAct {
  return {
    action,
    on: placeOfKey(name),
    resource: version === undefined ? name : `key ${name}@${version}`,
    ifHidden: () => new StrongroomError('KEY_UNKNOWN', `there is no key ${quoteForMessage(name)}`),
  };
}

/** Where a key belongs; what is no name of a key belongs nowhere, so only who may do it everywhere is told so. */
export function placeOfKey(name: string): GrantPlace {
  try {
    return parsePlace(name);
  } catch (error) {
    if (isStrongroomError(error, 'NAME_INVALID')) return 'everything';
    throw error;
  }
}

/** As the registry says it. */
function missingModel(model: ModelName): StrongroomError {
  return new StrongroomError('MODEL_MISSING', `there is no model ${model}`);
}

/** Everything is there for everybody. */
function unreachable(): StrongroomError {
  return new StrongroomError('INTERNAL', 'the whole strongroom cannot be hidden');
}
