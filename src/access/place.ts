import {
  type GrantPlace,
  type ModelName,
  namespaceOf,
  PERMISSIONS,
  type Permission,
  parseModelName,
  parseNamespaceName,
} from '../api/index.ts';

/** Narrows to a place: `everything`, a namespace or a model. Throws `NAME_INVALID`. */
export function parsePlace(text: string): GrantPlace {
  if (text === 'everything') return text;
  return text.includes('/') ? parseModelName(text) : parseNamespaceName(text);
}

/** Whether what holds at `outer` holds at `inner` too. */
export function covers(outer: GrantPlace, inner: GrantPlace): boolean {
  return outer === 'everything' || outer === inner || (isModel(inner) && outer === namespaceOf(inner));
}

/** Whether a place is one model. */
export function isModel(place: GrantPlace): place is ModelName {
  return place.includes('/');
}

/**
 * Where a permission must be held for something that is done at a place: what is about a namespace must be held there,
 * also when one model of it is concerned (its key, say).
 */
export function placeOf(permission: Permission, on: GrantPlace): GrantPlace {
  const level = PERMISSIONS[permission];
  if (level === 'system') return 'everything';
  return level === 'namespace' && isModel(on) ? namespaceOf(on) : on;
}

/** Whether a grant at a place can give a permission at all. */
export function reaches(on: GrantPlace, permission: Permission): boolean {
  const level = PERMISSIONS[permission];
  if (level === 'system') return on === 'everything';
  return level === 'model' || !isModel(on);
}
