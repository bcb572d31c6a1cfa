import {
  type GrantPlace,
  type ModelName,
  type NamespaceName,
  PERMISSIONS,
  type Permission,
  type PrincipalId,
  parseModelName,
  parseNamespaceName,
  parsePrincipalId,
  quoteForMessage,
} from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';

/** `user:ada`. Throws `INPUT_INVALID` with the forms there are. */
export function parsePrincipal(text: string): PrincipalId {
  try {
    return parsePrincipalId(text);
  } catch (cause) {
    throw new StrongroomError('INPUT_INVALID', `not a principal: ${quoteForMessage(text)}`, {
      cause,
      hint: 'write user:NAME, service-account:NAME or workload:NAME',
    });
  }
}

/** `everything`, `acme` or `acme/churn`. Throws `NAME_INVALID`. */
export function parsePlace(text: string): GrantPlace {
  return text === 'everything' ? text : parseNamedPlace(text);
}

/** A namespace or a model. Throws `NAME_INVALID`. */
export function parseNamedPlace(text: string): NamespaceName | ModelName {
  return text.includes('/') ? parseModelName(text) : parseNamespaceName(text);
}

/** `model:read`. Throws `INPUT_INVALID`. */
export function parsePermission(text: string): Permission {
  if (Object.hasOwn(PERMISSIONS, text)) return text as Permission;
  const [noun] = text.split(':');
  const near = Object.keys(PERMISSIONS).filter((permission) => permission.startsWith(`${noun ?? ''}:`));
  throw new StrongroomError('INPUT_INVALID', `not a permission: ${quoteForMessage(text)}`, {
    hint:
      near.length > 0
        ? `there are ${near.join(', ')}`
        : 'strongroom role show admin lists all that there are',
  });
}

/** A repeatable option, each word narrowed. */
export function collect<T>(parse: (text: string) => T): (text: string, previous?: readonly T[]) => T[] {
  return (text, previous = []) => [...previous, parse(text)];
}
