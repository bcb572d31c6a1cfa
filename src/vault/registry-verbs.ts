import type { AliasesApi, Caller, ModelsApi, NamespacesApi, VersionsApi } from '../api/index.ts';
import type { Registry } from '../registry/index.ts';
import { listing, onEverything, onModel, onNamespace } from './act.ts';
import type { Gate } from './gate.ts';
import { assertMayUnprotect, type ProtectedContentDeps } from './protected-content.ts';
import { shownTo } from './shown-to.ts';

export interface RegistryVerbsDeps extends ProtectedContentDeps {
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
      gate.pass(caller, onEverything('namespace:create', name), () =>
        registry.createNamespace(name, settings),
      ),
    list: () =>
      gate.pass(caller, listing('namespace:read'), async ({ rights }) =>
        (await registry.listNamespaces()).filter(({ name }) => rights.holds('namespace:read', name)),
      ),
    get: ({ name }) =>
      gate.pass(caller, onNamespace('namespace:read', name), () => registry.getNamespace(name)),
    configure: ({ name, ...settings }) =>
      gate.pass(caller, onNamespace('namespace:configure', name), () =>
        registry.configureNamespace(name, settings),
      ),
  };
}

/** The verbs on models that only read or change the catalogue. */
export function modelVerbs(
  { gate, registry, access }: RegistryVerbsDeps,
  caller: Caller,
): Omit<ModelsApi, 'remove'> {
  return {
    list: (input = {}) =>
      gate.pass(caller, listing('model:read', input.namespace), async ({ rights }) =>
        (await registry.listModels(input.namespace)).filter(({ name }) => rights.holds('model:read', name)),
      ),
    get: ({ model }) => gate.pass(caller, onModel('model:read', { model }), () => registry.getModel(model)),
    configure: ({ model, ...settings }) =>
      gate.pass(caller, onModel('model:configure', { model }), async (permit) => {
        if (settings.protection === 'none') await assertMayUnprotect({ registry, access }, permit, model);
        return await registry.configureModel(model, settings);
      }),
  };
}

/** The verbs on versions that only read or change the catalogue. */
export function versionVerbs(
  { gate, registry }: RegistryVerbsDeps,
  caller: Caller,
): Pick<VersionsApi, 'list' | 'get' | 'best' | 'addMetrics'> {
  return {
    list: ({ model }) =>
      gate.pass(caller, onModel('version:read', { model }), async (permit) =>
        (await registry.listVersions(model)).map((version) => shownTo(permit, version)),
      ),
    get: (ref) =>
      gate.pass(caller, onModel('version:read', ref), async (permit) =>
        shownTo(permit, await registry.getVersion(ref)),
      ),
    best: ({ model, metric }) =>
      gate.pass(caller, onModel('version:read', { model }), async (permit) => {
        const best = await registry.getBest(model, metric);
        return { ...best, version: shownTo(permit, best.version) };
      }),
    addMetrics: ({ metrics, metricDirections, ...ref }) =>
      gate.pass(caller, onModel('version:configure', ref), async (permit) =>
        shownTo(permit, await registry.addMetrics(ref, metrics, metricDirections)),
      ),
  };
}

/** The verbs on aliases. */
export function aliasVerbs({ gate, registry }: RegistryVerbsDeps, caller: Caller): AliasesApi {
  return {
    set: ({ model, alias, version }) =>
      gate.pass(caller, onModel('alias:set', { model, alias }), () =>
        registry.setAlias(model, alias, version),
      ),
    remove: ({ model, alias }) =>
      gate.pass(caller, onModel('alias:delete', { model, alias }), () => registry.removeAlias(model, alias)),
  };
}
