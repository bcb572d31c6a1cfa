import { PERMISSIONS, type Permission, type Role } from '../api/index.ts';

/** To look at what is known of models: names, files, digests, metrics, findings; never at a byte of them. */
const LOOK = [
  'namespace:read',
  'model:read',
  'version:read',
  'scan:read',
  'trust:read',
] as const satisfies readonly Permission[];

/** The one table of what the built-in roles may do. `docs/reference/roles.md` and the tests of the gate are made from it. */
const TABLE = {
  viewer: {
    description: 'sees models, versions and what was found in them; gets no content',
    permissions: LOOK,
  },
  predictor: {
    description: 'asks models for predictions, and gets nothing else of them',
    permissions: ['model:read', 'model:predict'],
  },
  developer: {
    description: 'stores and fetches models, and works on what is said of them',
    permissions: [
      ...LOOK,
      'model:create',
      'model:configure',
      'model:predict',
      'model:predict-raw',
      'version:create',
      'version:download',
      'version:verify',
      'version:configure',
      'scan:run',
    ],
  },
  publisher: {
    description: 'decides which version others use: aliases, signatures, withdrawal; gets no content',
    permissions: [
      ...LOOK,
      'version:verify',
      'version:sign',
      'version:withdraw',
      'alias:set',
      'alias:delete',
      'signing-key:read',
    ],
  },
  approver: {
    description: 'releases what is held back, and agrees to what takes two people',
    permissions: [
      ...LOOK,
      'quarantine:read',
      'quarantine:release',
      'version:verify',
      'approval:read',
      'approval:decide',
    ],
  },
  admin: {
    description: 'may do everything there',
    permissions: Object.keys(PERMISSIONS) as readonly Permission[],
  },
  auditor: {
    description: 'sees who may do what and who did what, and verifies it; changes nothing, gets no content',
    permissions: [
      ...LOOK,
      'version:verify',
      'quarantine:read',
      'key:read',
      'root:read',
      'signing-key:read',
      'user:read',
      'service-account:read',
      'role:read',
      'grant:read',
      'token:read',
      'approval:read',
      'workload:read',
      'block:read',
      'defence:read',
      'metrics:read',
      'evidence:export',
      'system:read',
      'system:verify',
      'audit:read',
      'audit:export',
      'audit:verify',
    ],
  },
  'security-officer': {
    description:
      'keys, trust and quarantine; takes access away, but gives none; gets no content, no predictions',
    permissions: [
      ...LOOK,
      'version:verify',
      'version:withdraw',
      'quarantine:read',
      'quarantine:release',
      'quarantine:delete',
      'scan:run',
      'trust:configure',
      'signing-key:read',
      'signing-key:create',
      'signing-key:revoke',
      'key:read',
      'key:rotate',
      'key:retire',
      'key:destroy',
      'key:backup',
      'root:read',
      'root:change',
      'user:read',
      'user:configure',
      'service-account:read',
      'service-account:configure',
      'role:read',
      'grant:read',
      'grant:delete',
      'token:read',
      'token:revoke',
      'approval:read',
      'approval:decide',
      'workload:read',
      'block:read',
      'block:configure',
      'lockdown:begin',
      'lockdown:lift',
      'defence:read',
      'defence:configure',
      'metrics:read',
      'evidence:export',
      'system:read',
      'system:verify',
      'audit:read',
      'audit:export',
      'audit:verify',
      'audit:witness',
    ],
  },
} as const satisfies Record<string, Pick<Role, 'description' | 'permissions'>>;

/** The role that may do everything. */
export const ADMIN = 'admin';

/** The roles that every strongroom has. They cannot be changed. */
export const BUILT_IN_ROLES: readonly Role[] = Object.entries<Pick<Role, 'description' | 'permissions'>>(
  TABLE,
).map(([name, role]) => ({ name, ...role, isBuiltIn: true }));
