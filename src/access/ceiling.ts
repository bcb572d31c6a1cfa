import { z } from 'zod';
import {
  type Ceiling,
  type ModelName,
  type NamespaceName,
  PERMISSIONS,
  type Permission,
} from '../api/index.ts';

/** Most entries of either list of a ceiling. */
const MAX_PLACES = 100;
const MAX_PERMISSIONS = Object.keys(PERMISSIONS).length;

/** A ceiling as documents keep it. */
export const ceilingSchema = z.strictObject({
  permissions: z.array(z.custom<Permission>(isPermission)).max(MAX_PERMISSIONS).optional(),
  places: z
    .array(z.custom<NamespaceName | ModelName>((place) => typeof place === 'string'))
    .max(MAX_PLACES)
    .optional(),
});

function isPermission(name: unknown): boolean {
  return typeof name === 'string' && Object.hasOwn(PERMISSIONS, name);
}

/** Whether all that `inner` allows is allowed by `outer`. */
export function isWithinCeiling(inner: Ceiling, outer: Ceiling | undefined): boolean {
  const { permissions, places } = outer ?? {};
  const hasPermissions =
    permissions === undefined || inner.permissions?.every((name) => permissions.includes(name)) === true;
  const hasPlaces =
    places === undefined ||
    inner.places?.every((place) => places.some((above) => isAtOrBelow(place, above))) === true;
  return hasPermissions && hasPlaces;
}

/** Whether a place is the other one or lies in it: `acme/churn` lies in `acme`. */
function isAtOrBelow(place: string, above: string): boolean {
  return place === above || place.startsWith(`${above}/`);
}
