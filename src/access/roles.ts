import { z } from 'zod';
import { PERMISSIONS, type Permission, quoteForMessage, type Role } from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { BUILT_IN_ROLES } from './built-in-roles.ts';
import { DocumentCollection, type DocumentDeps } from './document-collection.ts';

/** As other names of ours. */
const NAME = /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/;
const MAX_DESCRIPTION_CHARS = 256;

const schema = z.strictObject({
  description: z
    .string()
    .max(MAX_DESCRIPTION_CHARS)
    .refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text)),
  permissions: z.array(z.enum(Object.keys(PERMISSIONS) as [Permission, ...Permission[]])),
});

/** The name of the collection, for those who cache what is in it. */
export const ROLES = 'roles';

/** Built-in roles and those that a strongroom made for itself. */
export class Roles {
  readonly #collection: DocumentCollection<z.infer<typeof schema>>;

  constructor(deps: DocumentDeps) {
    this.#collection = new DocumentCollection(deps, { name: ROLES, schema });
  }

  /** Built-in ones first. */
  async list(): Promise<readonly Role[]> {
    const own = await this.#collection.list();
    return [...BUILT_IN_ROLES, ...own.map(({ id, content }) => ownRole(id, content))];
  }

  async find(name: string): Promise<Role | undefined> {
    const builtIn = BUILT_IN_ROLES.find((role) => role.name === name);
    if (builtIn !== undefined) return builtIn;
    const found = await this.#collection.find(name);
    return found && ownRole(name, found.content);
  }

  /** Throws `ROLE_MISSING`. */
  async get(name: string): Promise<Role> {
    const role = await this.find(name);
    if (role === undefined) throw missing(name);
    return role;
  }

  /** Makes or changes one. Throws `ROLE_BUILT_IN`, `ROLE_INVALID`. */
  async set(role: Pick<Role, 'name' | 'description' | 'permissions'>): Promise<Role> {
    const { name } = role;
    assertOwn(name);
    if (!NAME.test(name))
      throw new StrongroomError('ROLE_INVALID', `not the name of a role: ${quoteForMessage(name)}`);
    const permissions = [...new Set(role.permissions)].sort();
    const parsed = schema.safeParse({ description: role.description, permissions });
    if (!parsed.success) throw new StrongroomError('ROLE_INVALID', describeFault(role));
    const content = parsed.data;
    if ((await this.#collection.update(name, () => content)) === undefined) {
      await this.#collection.insert(name, content);
    }
    return ownRole(name, content);
  }

  /** Throws `ROLE_BUILT_IN`, `ROLE_MISSING`. */
  async remove(name: string): Promise<void> {
    assertOwn(name);
    if ((await this.#collection.find(name)) === undefined) throw missing(name);
    await this.#collection.remove(name);
  }
}

function describeFault({ permissions }: Pick<Role, 'permissions'>): string {
  const unknown = permissions.find((permission) => !Object.hasOwn(PERMISSIONS, permission));
  return unknown === undefined
    ? `a description has at most ${MAX_DESCRIPTION_CHARS} characters and no control characters`
    : `not a permission: ${quoteForMessage(unknown)}`;
}

function ownRole(name: string, content: z.infer<typeof schema>): Role {
  return { name, ...content, isBuiltIn: false };
}

function assertOwn(name: string): void {
  if (!BUILT_IN_ROLES.some((role) => role.name === name)) return;
  throw new StrongroomError('ROLE_BUILT_IN', `${name} is a built-in role`);
}

function missing(name: string): StrongroomError {
  return new StrongroomError('ROLE_MISSING', `there is no role ${quoteForMessage(name)}`);
}
