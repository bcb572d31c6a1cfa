import { StrongroomError } from '../errors/index.ts';
import { quoteForMessage } from './names.ts';

/** Who can hold grants. Names are never used again, so the id stays true in every record. */
export type PrincipalId = `${PrincipalType}:${string}` & { readonly brand: 'PrincipalId' };

/** `workload`: whoever a workload rule lets in, named after the rule. */
export type PrincipalType = 'user' | 'service-account' | 'workload';

const PRINCIPAL_PATTERN = /^(?:user|service-account|workload):[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/;

/** Narrows to the id of a principal, `user:ada`. Throws `NAME_INVALID`. */
export function parsePrincipalId(text: string): PrincipalId {
  if (!PRINCIPAL_PATTERN.test(text) || text.includes('..'))
    throw new StrongroomError('NAME_INVALID', `not a principal: ${quoteForMessage(text)}`);
  return text as PrincipalId;
}

/** The id of a principal of a type. Throws `NAME_INVALID` for a name that is none. */
export function principalId(type: PrincipalType, name: string): PrincipalId {
  return parsePrincipalId(`${type}:${name}`);
}

/** The name in an id: `ada` of `user:ada`. */
export function principalName(id: PrincipalId): string {
  return id.slice(id.indexOf(':') + 1);
}
