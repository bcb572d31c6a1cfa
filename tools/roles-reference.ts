import { BUILT_IN_ROLES } from '../src/access/index.ts';
import { PERMISSIONS, type Permission, type PermissionLevel } from '../src/api/index.ts';

const LEVELS: Readonly<Record<PermissionLevel, string>> = {
  system: 'everything',
  namespace: 'namespace',
  model: 'model',
};

/** The page of roles and permissions, from the tables that the gate itself decides by. */
export function formatRolesReference(generated: string): string {
  const names = BUILT_IN_ROLES.map(({ name }) => name);
  return [
    '# Roles and permissions',
    '',
    generated,
    '',
    'A grant gives a principal a role on everything, on a namespace, or on a model. How grants work: [who may do what](../guides/access.md).',
    '',
    '## Built-in roles',
    '',
    ...BUILT_IN_ROLES.map(({ name, description }) => `- \`${name}\`: ${description}.`),
    '',
    '## What each may do',
    '',
    '“From” says how narrow a grant can be: `everything` – only a grant on everything gives it; `namespace` – also one on the namespace; `model` – also one on that model alone.',
    '',
    `| permission | from | ${names.join(' | ')} |`,
    `| --- | --- | ${names.map(() => ':-:').join(' | ')} |`,
    ...(Object.keys(PERMISSIONS) as Permission[]).map(formatRow),
    '',
  ].join('\n');
}

function formatRow(permission: Permission): string {
  const marks = BUILT_IN_ROLES.map(({ permissions }) => (permissions.includes(permission) ? '●' : ' '));
  return `| \`${permission}\` | ${LEVELS[PERMISSIONS[permission]]} | ${marks.join(' | ')} |`;
}
