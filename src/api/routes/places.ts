import { z } from 'zod';
import {
  formatVersionRef,
  type ModelName,
  parseModelName,
  parseVersionRef,
  type VersionRef,
} from '../names.ts';
import {
  aliasName,
  filePath,
  NEWEST,
  namespaceName,
  plainName,
  versionDigits,
  versionWord,
} from './fields.ts';

// Parameters of paths: segments on the wire, names and references in the call.

const namespaceAndModel = { namespace: namespaceName, model: plainName };

/** What is done in a model. */
export interface InModel {
  readonly model: ModelName;
}

/** `{namespace}/{model}` */
export const modelPlace = z.codec(z.strictObject(namespaceAndModel), z.custom<InModel>(), {
  decode: (params) => ({ model: joined(params) }),
  encode: ({ model }) => split(model),
});

/** `{namespace}/{model}/…/{version}`, where the version is a number, an alias or `~newest`. */
export const versionPlace = z.codec(
  z.strictObject({ ...namespaceAndModel, version: versionWord }),
  z.custom<VersionRef>(),
  {
    decode: ({ version, ...params }) => ({ model: joined(params), ...readVersion(version) }),
    encode: (ref) => ({ ...split(ref.model), version: writeVersion(ref) }),
  },
);

/** The same with the number only, for what is done to one version and no other. */
export const numberPlace = z.codec(
  z.strictObject({ ...namespaceAndModel, version: versionDigits }),
  z.custom<InModel & { readonly version: number }>(),
  {
    decode: ({ version, ...params }) => ({ model: joined(params), version }),
    encode: ({ model, version }) => ({ ...split(model), version }),
  },
);

/** `{namespace}/{model}/…/{version}/…/{path...}` */
export const filePlace = z.codec(
  z.strictObject({ ...namespaceAndModel, version: versionWord, path: filePath }),
  z.custom<VersionRef & { readonly path: z.output<typeof filePath> }>(),
  {
    decode: ({ version, path, ...params }) => ({ model: joined(params), ...readVersion(version), path }),
    encode: ({ path, ...ref }) => ({ ...split(ref.model), version: writeVersion(ref), path }),
  },
);

/** `{namespace}/{model}/…/{alias}` */
export const aliasPlace = z.codec(
  z.strictObject({ ...namespaceAndModel, alias: aliasName }),
  z.custom<InModel & { readonly alias: z.output<typeof aliasName> }>(),
  {
    decode: ({ alias, ...params }) => ({ model: joined(params), alias }),
    encode: ({ model, alias }) => ({ ...split(model), alias }),
  },
);

/** The part of a model's name in the addresses of predictions, with the version that is meant: `churn:production`, `churn@3`. */
const servedWord = z
  .string()
  .max(200)
  .regex(/^[^/]+$/);

/** `{namespace}/{model}` with `@3` or `:production` behind it. */
export const servedPlace = z.codec(
  z.strictObject({ namespace: namespaceName, model: servedWord }),
  z.custom<VersionRef>(),
  {
    decode: ({ namespace, model }) => parseVersionRef(`${namespace}/${model}`),
    encode: (ref) => {
      const { namespace } = split(ref.model);
      return { namespace, model: formatVersionRef(ref).slice(namespace.length + 1) };
    },
  },
);

function joined(params: { readonly namespace: string; readonly model: string }): ModelName {
  return parseModelName(`${params.namespace}/${params.model}`);
}

function split(model: ModelName): { namespace: z.output<typeof namespaceName>; model: string } {
  const [namespace = '', name = ''] = model.split('/');
  return { namespace: namespace as z.output<typeof namespaceName>, model: name };
}

function readVersion(word: string): Omit<VersionRef, 'model'> {
  if (word === NEWEST) return {};
  if (/^\d+$/.test(word)) return { version: Number(word) };
  return { alias: word as z.output<typeof aliasName> };
}

function writeVersion({ version, alias }: VersionRef): string {
  return version === undefined ? (alias ?? NEWEST) : String(version);
}
