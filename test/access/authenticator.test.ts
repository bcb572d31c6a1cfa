import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Authenticator } from '../../src/access/authenticator.ts';
import type { Credential, PrincipalId } from '../../src/api/index.ts';
import { withCode } from '../storage/temporary-folder.ts';
import { addPerson, ORIGIN, openIdentity, pass } from './identity-kit.ts';

type Opened = Awaited<ReturnType<typeof openIdentity>>;
const REFUSED = withCode('AUTH_FAILED');

const tokenOf = async ({ parts, clock }: Opened, owner: PrincipalId) =>
  await parts.issuedTokens.create({
    owner,
    name: 'laptop',
    createdBy: owner,
    securityVersion: 1,
    expiresAt: new Date(clock.now.getTime() + 86_400_000).toISOString(),
    ceiling: {},
    addresses: [],
  });

test('who was looked up before a revocation is not remembered after it', async (t) => {
  const opened = await openIdentity(t);
  const { parts, catalogue, clock } = opened;
  const { token, secret: held } = await tokenOf(opened, await addPerson(parts, 'ada'));
  const credential: Credential = { kind: 'bearer', token: held };
  let pause: (() => Promise<void>) | undefined;
  const slow = new Authenticator({
    ...parts,
    catalogue,
    now: () => clock.now,
    // A look-up that takes long: between its answer and its use the token is revoked, and another call comes.
    access: {
      findPrincipal: async (id) => {
        const found = await parts.access.findPrincipal(id);
        const wait = pause;
        pause = undefined;
        await wait?.();
        return found;
      },
    },
  });
  pause = async () => {
    await parts.issuedTokens.revoke(token.id);
    await assert.rejects(slow.authenticate(credential, ORIGIN), REFUSED);
  };
  await slow.authenticate(credential, ORIGIN);
  await assert.rejects(slow.authenticate(credential, ORIGIN), REFUSED);
});

test('a token that was used is refused when it expires, although it is remembered', async (t) => {
  const opened = await openIdentity(t);
  const { secret: held } = await tokenOf(opened, await addPerson(opened.parts, 'ada'));
  const ask = () => opened.identity.authenticate({ kind: 'bearer', token: held }, ORIGIN);
  await ask();
  pass(opened.clock, 86_399);
  await ask();
  pass(opened.clock, 1);
  await assert.rejects(ask(), REFUSED);
});

test('a use is written once a minute and known at once', async (t) => {
  const opened = await openIdentity(t);
  const { parts, clock, catalogue } = opened;
  const ada = await addPerson(parts, 'ada');
  const { secret: held, token } = await tokenOf(opened, ada);
  const before = await catalogue.collectionChanges(['credential-uses']);
  for (let call = 0; call < 59; call++) {
    await opened.identity.authenticate(
      { kind: 'bearer', token: held },
      { ...ORIGIN, address: `192.0.2.${call}` },
    );
    pass(clock, 1);
  }
  assert.equal((await catalogue.collectionChanges(['credential-uses'])) - before, 1);
  assert.equal((await parts.issuedTokens.list(ada))[0]?.lastUsedFrom, '192.0.2.58');
  const other = await opened.again();
  assert.equal((await other.parts.issuedTokens.list(ada))[0]?.lastUsedFrom, '192.0.2.0');
  pass(clock, 2);
  await opened.identity.authenticate({ kind: 'bearer', token: held }, ORIGIN);
  assert.equal((await other.parts.uses.lastOf(token.id))?.from, ORIGIN.address);
});

test('a client certificate stands for the service account that it was bound to, until it is unbound', async (t) => {
  const opened = await openIdentity(t);
  const { parts, clock } = opened;
  const account = await parts.access.principals.create({
    type: 'service-account',
    name: 'shop',
    state: 'active',
    createdBy: 'local',
  });
  const fingerprint = 'ab'.repeat(32);
  const bound = await parts.certificates.bind({
    principal: account.id,
    fingerprint,
    securityVersion: account.securityVersion,
    createdBy: 'local',
    expiresAt: new Date(clock.now.getTime() + 86_400_000).toISOString(),
  });
  const ask = (sha256: string) =>
    opened.identity.authenticate({ kind: 'certificate', sha256, names: ['shop.example'] }, ORIGIN);
  const caller = await ask(fingerprint);
  assert.equal(caller.id, 'service-account:shop');
  assert.deepEqual(caller.methods, ['certificate']);
  for (const other of ['cd'.repeat(32), '', fingerprint.toUpperCase(), `${fingerprint}00`])
    await assert.rejects(ask(other), REFUSED);
  await parts.certificates.remove(bound.id);
  await assert.rejects(ask(fingerprint), REFUSED);
});
