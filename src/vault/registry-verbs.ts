import type { AliasesApi, Caller, ModelsApi, NamespacesApi, VersionsApi } from '../api/index.ts';
import { formatVersionRef } from '../api/index.ts';
import type { Registry } from '../registry/index.ts';
import type { Gate } from './gate.ts';

export interface RegistryVerbsDeps {
  readonly gate: Gate;
  readonly registry: Registry;
}

/** The verbs on namespaces that only read or change the catalogue. */
export function namespaceVerbs(
  { gate, registry }: RegistryVerbsDeps,
  caller: Caller,
): Omit<NamespacesApi, 'remove'> {
  return {
    create: ({ name, ...settings }) =>
      gate.pass(caller, { action: 'namespace:create', resource: name }, () =>
        registry.createNamespace(name, settings),
      ),
    list: () =>
      gate.pass(caller, { action: 'namespace:read', resource: 'everything' }, () =>
        registry.listNamespaces(),
      ),
    get: ({ name }) =>
      gate.pass(caller, { action: 'namespace:read', resource: name }, () => registry.getNamespace(name)),
    configure: ({ name, ...settings }) =>
      gate.pass(caller, { action: 'namespace:configure', resource: name }, () =>
        registry.configureNamespace(name, settings),
      ),
  };
}

/** The verbs on models that only read or change the catalogue. */
export function modelVerbs({ gate, registry }: RegistryVerbsDeps, caller: Caller): Omit<ModelsApi, 'remove'> {
  return {
    list: (input = {}) =>
      gate.pass(caller, { action: 'model:read', resource: input.namespace ?? 'everything' }, () =>
        registry.listModels(input.namespace),
      ),
    get: ({ model }) =>
      gate.pass(caller, { action: 'model:read', resource: model }, () => registry.getModel(model)),
    configure: ({ model, ...settings }) =>
      gate.pass(caller, { action: 'model:configure', resource: model }, () =>
        registry.configureModel(model, settings),
      ),
  };
}

/** The verbs on versions that only read or change the catalogue. */
export function versionVerbs(
  { gate, registry }: RegistryVerbsDeps,
  caller: Caller,
): Pick<VersionsApi, 'list' | 'get' | 'best' | 'addMetrics'> {
  return {
    list: ({ model }) =>
      gate.pass(caller, { action: 'version:read', resource: model }, () => registry.listVersions(model)),
    get: (ref) =>
      gate.pass(caller, { action: 'version:read', resource: formatVersionRef(ref) }, () =>
        registry.getVersion(ref),
      ),
    best: ({ model, metric }) =>
      gate.pass(caller, { action: 'version:read', resource: model }, () => registry.getBest(model, metric)),
    addMetrics: ({ metrics, metricDirections, ...ref }) =>
      gate.pass(caller, { action: 'version:configure', resource: formatVersionRef(ref) }, () =>
        registry.addMetrics(ref, metrics, metricDirections),
      ),
  };
}

/** The verbs on aliases. */
export function aliasVerbs({ gate, registry }: RegistryVerbsDeps, caller: Caller): AliasesApi {
  return {
    set: ({ model, alias, version }) =>
      gate.pass(caller, { action: 'alias:set', resource: `${model}:${alias}` }, () =>
        registry.setAlias(model, alias, version),
      ),
    remove: ({ model, alias }) =>
      gate.pass(caller, { action: 'alias:delete', resource: `${model}:${alias}` }, () =>
        registry.removeAlias(model, alias),
      ),
  };
}
