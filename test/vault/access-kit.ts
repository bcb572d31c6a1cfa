// A home that people and programs use, each as they were granted.
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { parsePlace } from '../../src/access/index.ts';
import { type Caller, type PrincipalId, parsePrincipalId, type StrongroomApi } from '../../src/api/index.ts';
import { SecretBytes, utf8Bytes } from '../../src/bytes/index.ts';
import { toStrongroomError } from '../../src/errors/index.ts';
import { putOf, temporaryHome } from '../kit/temporary-home.ts';

export interface Member {
  readonly id: PrincipalId;
  readonly caller: Caller;
  readonly api: StrongroomApi;
}

/** The password of everybody here. */
export const password = () => SecretBytes.take(utf8Bytes('otter wagon sixpence lantern'));

const ORIGIN = { requestId: 'test', address: '127.0.0.1' };

/** A home with `acme/churn@1`, `acme/other@1` and `beta/secret@1`, and ways to let somebody in. */
export async function sharedHome(t: TestContext) {
  const { folder, home, strongroom } = await temporaryHome(t);
  const { api: owner } = strongroom;
  for (const model of ['acme/churn', 'acme/other', 'beta/secret']) {
    await owner.versions.put(putOf(model, { 'note.txt': `notes on ${model}` }));
  }
  const give = async (principal: PrincipalId, grant: string) => {
    const [role = '', on = ''] = grant.split(' on ');
    return await owner.grants.create({ principal, role, on: parsePlace(on) });
  };
  const member = async (caller: Caller, grants: readonly string[]): Promise<Member> => {
    const id = parsePrincipalId(caller.id);
    for (const grant of grants) await give(id, grant);
    return { id, caller, api: strongroom.apiFor(caller) };
  };
  const program = async (name: string, ...grants: readonly string[]): Promise<Member> => {
    const { id } = await owner.serviceAccounts.create({ name });
    return await member({ type: 'service-account', id }, grants);
  };
  /** A user who accepted the invitation. */
  const person = async (name: string, ...grants: readonly string[]): Promise<Member> => {
    const { user, invitation } = await owner.users.invite({ name });
    const { identity } = strongroom.serve();
    await identity.acceptInvitation(
      { token: invitation.token, password: password(), wants: 'tokens' },
      ORIGIN,
    );
    return await member(
      { type: 'user', id: user.id, methods: ['pwd'], credential: `log-in of ${name}` },
      grants,
    );
  };
  return { folder, home, strongroom, owner, give, program, person };
}

/** What a call was refused with, as a client gets to see it. */
export async function refusal(call: Promise<unknown>) {
  const error: unknown = await call.then(
    () => assert.fail('it was not refused'),
    (thrown: unknown) => thrown,
  );
  const { code, kind, message, hint } = toStrongroomError(error);
  return { code, kind, message, hint };
}
