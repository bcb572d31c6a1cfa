// A catalogue of its own, and who may do what in it.
import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { TestContext } from 'node:test';
import { Access, type DocumentSeal, parsePlace } from '../../src/access/index.ts';
import { type Caller, type GrantPlace, parsePrincipalId } from '../../src/api/index.ts';
import { openSqliteCatalogue } from '../../src/storage/index.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';

/** What the keyring does, under a key that everybody knows. */
export const seal: DocumentSeal = {
  mac: (label, bytes) => createHmac('sha256', label).update(bytes).digest(),
  verifyMac: (label, bytes, mac) => createHmac('sha256', label).update(bytes).digest().equals(mac),
};

export async function openAccess(t: Pick<TestContext, 'after'>) {
  const path = join(await temporaryFolder(t as TestContext), 'catalogue.db');
  const clock = { now: new Date('2026-05-01T00:00:00.000Z') };
  const open = async () => {
    const catalogue = await openSqliteCatalogue({ path });
    t.after(() => catalogue.close());
    return { catalogue, access: new Access({ catalogue, seal, now: () => clock.now }) };
  };
  const { access, catalogue } = await open();
  return { path, clock, access, catalogue, again: open };
}

/** Makes an active user with roles at places, written as `role on place`. */
export async function addUser(access: Access, name: string, ...grants: readonly string[]): Promise<Caller> {
  const { id } = await access.principals.create({ type: 'user', name, state: 'active', createdBy: 'local' });
  for (const grant of grants) await give(access, id, grant);
  return { type: 'user', id };
}

/** Gives a role at a place, written as `role on place`, or `role on place until TIME`. */
export async function give(access: Access, principal: string, grant: string) {
  const [words = '', expiresAt] = grant.split(' until ');
  const [role = '', on = ''] = words.split(' on ');
  return await access.grants.put({
    principal: parsePrincipalId(principal),
    role,
    on: parsePlace(on),
    createdBy: 'local',
    ...(expiresAt === undefined ? {} : { expiresAt }),
  });
}

export const at = (text: string): GrantPlace => parsePlace(text);

/** Changes the database behind everybody's back. */
export function meddle(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}
