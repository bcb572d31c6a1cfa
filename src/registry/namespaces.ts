import type { Namespace, NamespaceName, NamespaceSettings } from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { openNamespace } from './open-rows.ts';
import type { Registry, RegistryParts } from './registry.ts';

type NamespaceVerbs = Pick<
  Registry,
  | 'createNamespace'
  | 'findNamespace'
  | 'getNamespace'
  | 'listNamespaces'
  | 'configureNamespace'
  | 'removeNamespace'
>;

export function namespaceVerbs(parts: RegistryParts): NamespaceVerbs {
  const { catalogue, rows, now } = parts;
  return {
    async createNamespace(name, settings = {}) {
      const defaults = { encryption: 'on', keyScope: 'namespace' } as const;
      await catalogue.createNamespace(
        rows.sealNamespace({ name, createdAt: now(), ...defaults, ...pickSettings(settings) }),
      );
      return getNamespace(parts, name);
    },
    findNamespace: (name) => findNamespace(parts, name),
    getNamespace: (name) => getNamespace(parts, name),
    async listNamespaces() {
      return (await catalogue.listNamespaces()).map((state) => openNamespace(rows, state));
    },
    async configureNamespace(name, settings) {
      await catalogue.updateNamespace(name, (row) => {
        const { mac: _mac, ...current } = rows.openNamespace(row);
        return rows.sealNamespace({ ...current, ...pickSettings(settings) });
      });
      return getNamespace(parts, name);
    },
    removeNamespace: (name) => catalogue.removeNamespace(name),
  };
}

async function findNamespace(parts: RegistryParts, name: NamespaceName): Promise<Namespace | undefined> {
  const state = await parts.catalogue.findNamespace(name);
  return state === undefined ? undefined : openNamespace(parts.rows, state);
}

async function getNamespace(parts: RegistryParts, name: NamespaceName): Promise<Namespace> {
  const namespace = await findNamespace(parts, name);
  if (namespace === undefined)
    throw new StrongroomError('NAMESPACE_MISSING', `there is no namespace ${name}`);
  return namespace;
}

function pickSettings({ encryption, keyScope }: NamespaceSettings): NamespaceSettings {
  return {
    ...(encryption === undefined ? {} : { encryption }),
    ...(keyScope === undefined ? {} : { keyScope }),
  };
}
