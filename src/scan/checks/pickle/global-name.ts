import type { GlobalValue } from '../../../formats/index.ts';
import { currentName } from './compat-names.ts';

/** What an import would look up. */
export interface GlobalName {
  /** The module as Python 3 imports it. */
  readonly module: string;
  /** The name in it, dots and all: from protocol 4 on they walk attributes. */
  readonly name: string;
  /** `module.name`. */
  readonly path: string;
}

const LAST_MAPPED_PROTOCOL = 2;

/** The name that an import would look up; `undefined` where it is hidden from a reader. */
export function nameOf({ module, name, protocol }: GlobalValue): GlobalName | undefined {
  if (module === undefined || name === undefined) return undefined;
  const current = protocol <= LAST_MAPPED_PROTOCOL ? currentName({ module, name }) : { module, name };
  return { ...current, path: `${current.module}.${current.name}` };
}

/** A name below another one: what `getattr` gives. */
export function attributeOf(owner: GlobalName, attribute: string): GlobalName {
  const name = `${owner.name}.${attribute}`;
  return { module: owner.module, name, path: `${owner.module}.${name}` };
}
