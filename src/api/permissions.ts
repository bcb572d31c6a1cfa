/**
 * Where a permission applies. `system`: only a grant on everything gives it. `namespace`: a grant on everything or on
 * the namespace. `model`: also a grant on that model alone.
 */
export type PermissionLevel = 'system' | 'namespace' | 'model';

/** Every permission, `resource:action`: what a verb does to what. The gate decides over these. */
export const PERMISSIONS = {
  'namespace:create': 'system',
  'namespace:read': 'namespace',
  'namespace:configure': 'namespace',
  'namespace:delete': 'namespace',
  'model:create': 'namespace',
  'model:read': 'model',
  'model:configure': 'model',
  'model:delete': 'model',
  'model:predict': 'model',
  'model:predict-raw': 'model',
  'version:create': 'model',
  'version:read': 'model',
  'version:download': 'model',
  'version:verify': 'model',
  'version:configure': 'model',
  'version:delete': 'model',
  'version:sign': 'model',
  'version:withdraw': 'model',
  'quarantine:read': 'model',
  'quarantine:release': 'model',
  'quarantine:delete': 'model',
  'scan:read': 'model',
  'scan:run': 'model',
  'alias:set': 'model',
  'alias:delete': 'model',
  'trust:read': 'namespace',
  'trust:configure': 'namespace',
  'signing-key:read': 'system',
  'signing-key:create': 'system',
  'signing-key:revoke': 'system',
  'key:read': 'namespace',
  'key:rotate': 'namespace',
  'key:retire': 'namespace',
  'key:destroy': 'namespace',
  'key:backup': 'system',
  'root:read': 'system',
  'root:change': 'system',
  'user:read': 'system',
  'user:create': 'system',
  'user:configure': 'system',
  'service-account:read': 'system',
  'service-account:create': 'system',
  'service-account:configure': 'system',
  'role:read': 'system',
  'role:configure': 'system',
  'grant:read': 'model',
  'grant:create': 'model',
  'grant:delete': 'model',
  'token:read': 'system',
  'token:revoke': 'system',
  'approval:read': 'system',
  'approval:decide': 'system',
  'workload:read': 'system',
  'workload:configure': 'system',
  'block:read': 'system',
  'block:configure': 'system',
  'lockdown:begin': 'system',
  'lockdown:lift': 'system',
  'defence:read': 'system',
  'defence:configure': 'system',
  'metrics:read': 'system',
  'evidence:export': 'system',
  'system:read': 'system',
  'system:configure': 'system',
  'system:backup': 'system',
  'system:verify': 'system',
  'audit:read': 'system',
  'audit:export': 'system',
  'audit:verify': 'system',
  'audit:archive': 'system',
  'audit:witness': 'system',
} as const satisfies Record<`${string}:${string}`, PermissionLevel>;

/** One permission. */
export type Permission = keyof typeof PERMISSIONS;

/** What needs no grant: everybody who is known may do it to themselves. The gate records it all the same. */
export type OwnAct =
  | 'account:log-in'
  | 'account:read'
  | 'account:change'
  | 'approval:ask'
  | 'token:create'
  | 'credential:end';
