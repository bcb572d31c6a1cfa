import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PrincipalId } from '../../src/api/index.ts';
import { withCode } from '../storage/temporary-folder.ts';
import { addPerson, ORIGIN, openIdentity, PASSWORD, pass, secret } from './identity-kit.ts';
import { SoftwareAuthenticator } from './software-authenticator.ts';

type Opened = Awaited<ReturnType<typeof openIdentity>>;
type Options = { readonly challenge: string } & Readonly<Record<string, unknown>>;
const REFUSED = withCode('AUTH_FAILED');

async function register({ parts }: Opened, user: PrincipalId, name = 'laptop') {
  const authenticator = new SoftwareAuthenticator();
  const options = (await parts.passkeys.beginRegistration(user, 'ada')) as Options;
  const response = authenticator.register({ challenge: options.challenge });
  const passkey = await parts.passkeys.confirmRegistration(user, name, response);
  return { authenticator, passkey, options };
}

async function withPasskey(opened: Opened) {
  const user = await addPerson(opened.parts, 'ada');
  return { user, ...(await register(opened, user)) };
}

async function begin({ identity }: Opened, challenge?: Parameters<Opened['identity']['beginPasskey']>[0]) {
  const { id, options } = await identity.beginPasskey(challenge ?? {}, ORIGIN);
  return { id, options: options as Options };
}

const finish = ({ identity }: Pick<Opened, 'identity'>, id: string, response: unknown) =>
  identity.finishPasskey({ id, response, wants: 'tokens' }, ORIGIN);

test('a passkey logs in by itself, without a name', async (t) => {
  const opened = await openIdentity(t);
  const { authenticator, options: creation } = await withPasskey(opened);
  assert.equal(creation['attestation'], 'none');
  assert.deepEqual(creation['authenticatorSelection'], {
    residentKey: 'required',
    userVerification: 'required',
    requireResidentKey: true,
  });
  const { id, options } = await begin(opened);
  assert.equal(options['userVerification'], 'required');
  assert.deepEqual(options['allowCredentials'], []);
  const answer = await finish(opened, id, authenticator.authenticate({ challenge: options.challenge }));
  const caller = await opened.identity.authenticate({ kind: 'bearer', token: answer.accessToken }, ORIGIN);
  assert.equal(caller.id, 'user:ada');
  assert.deepEqual(caller.methods, ['passkey']);
  assert.equal((await opened.parts.passkeys.list('user:ada'))[0]?.lastUsedAt, opened.clock.now.toISOString());
});

test('with a passkey the password is not enough, and the passkey finishes the log-in', async (t) => {
  const opened = await openIdentity(t);
  const { authenticator } = await withPasskey(opened);
  const wanted = await opened.identity.logIn(
    { name: 'ada', password: secret(PASSWORD), wants: 'tokens' },
    ORIGIN,
  );
  if (wanted.kind !== 'factor-wanted') throw new assert.AssertionError({ message: 'no factor is wanted' });
  assert.deepEqual(wanted.factors, ['passkey']);
  const { id, options } = await begin(opened, { challenge: wanted.challenge });
  const answer = await finish(opened, id, authenticator.authenticate({ challenge: options.challenge }));
  const caller = await opened.identity.authenticate({ kind: 'bearer', token: answer.accessToken }, ORIGIN);
  assert.deepEqual(caller.methods, ['pwd', 'passkey']);
});

test('the second factor of one user is not the passkey of another', async (t) => {
  const opened = await openIdentity(t);
  await withPasskey(opened);
  const eve = await addPerson(opened.parts, 'eve');
  const { authenticator } = await register(opened, eve);
  const wanted = await opened.identity.logIn(
    { name: 'ada', password: secret(PASSWORD), wants: 'tokens' },
    ORIGIN,
  );
  if (wanted.kind !== 'factor-wanted') throw new assert.AssertionError({ message: 'no factor is wanted' });
  const { id, options } = await begin(opened, { challenge: wanted.challenge });
  await assert.rejects(
    finish(opened, id, authenticator.authenticate({ challenge: options.challenge })),
    REFUSED,
  );
});

test('a challenge is good once, for five minutes, for what it was made for', async (t) => {
  const opened = await openIdentity(t);
  const { authenticator, user } = await withPasskey(opened);
  const first = await begin(opened);
  const response = authenticator.authenticate({ challenge: first.options.challenge });
  await finish(opened, first.id, response);
  await assert.rejects(finish(opened, first.id, response), REFUSED);
  const late = await begin(opened);
  pass(opened.clock, 301);
  await assert.rejects(
    finish(opened, late.id, authenticator.authenticate({ challenge: late.options.challenge })),
    REFUSED,
  );
  const creation = (await opened.parts.passkeys.beginRegistration(user, 'ada')) as Options;
  await assert.rejects(
    finish(opened, creation.challenge, authenticator.authenticate({ challenge: creation.challenge })),
    REFUSED,
  );
  const own = Buffer.alloc(32, 1).toString('base64url');
  await assert.rejects(finish(opened, own, authenticator.authenticate({ challenge: own })), REFUSED);
});

test('of two who answer the same challenge at once one is let in', async (t) => {
  const opened = await openIdentity(t);
  const other = await opened.again();
  const { authenticator } = await withPasskey(opened);
  const { id, options } = await begin(opened);
  const response = authenticator.authenticate({ challenge: options.challenge });
  const answers = await Promise.allSettled([finish(opened, id, response), finish(other, id, response)]);
  assert.deepEqual(answers.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected']);
});

for (const [what, lie] of [
  ['of another site', { origin: 'https://evil.example' }],
  ['of a site below ours', { origin: 'https://login.strongroom.example' }],
  ['without TLS', { origin: 'http://strongroom.example' }],
  ['for another relying party', { rpId: 'evil.example' }],
  ['without verification of the user', { isVerified: false }],
  ['of the other ceremony', { type: 'webauthn.create' }],
  ['to another challenge', { challenge: Buffer.alloc(32, 2).toString('base64url') }],
] as const) {
  test(`refuses an answer ${what}`, async (t) => {
    const opened = await openIdentity(t);
    const { authenticator } = await withPasskey(opened);
    const { id, options } = await begin(opened);
    const response = authenticator.authenticate({ challenge: options.challenge, ...lie });
    await assert.rejects(finish(opened, id, response), REFUSED);
  });
}

test('refuses the signature of another key, and whatever is no answer at all', async (t) => {
  const opened = await openIdentity(t);
  const { authenticator } = await withPasskey(opened);
  const thief = new SoftwareAuthenticator();
  const { id, options } = await begin(opened);
  const stolen = {
    ...thief.authenticate({ challenge: options.challenge }),
    id: authenticator.id.toString('base64url'),
  };
  await assert.rejects(finish(opened, id, { ...stolen, rawId: stolen.id }), REFUSED);
  for (const response of [null, undefined, 'x', 1, [], {}, { id: 'a' }, { ...stolen, type: 'password' }])
    await assert.rejects(finish(opened, id, response), REFUSED);
  const next = await begin(opened);
  const good = authenticator.authenticate({ challenge: next.options.challenge });
  await assert.rejects(
    finish(opened, next.id, { ...good, response: { ...good.response, clientDataJSON: 'AAAA' } }),
    REFUSED,
  );
  await assert.rejects(
    finish(opened, next.id, { ...good, response: { ...good.response, signature: 'A'.repeat(20_000) } }),
    REFUSED,
  );
});

test('a counter that goes back is reported and nobody is locked out; synced passkeys have none', async (t) => {
  const opened = await openIdentity(t);
  const { authenticator } = await withPasskey(opened);
  const logIn = async (counter: number) => {
    authenticator.counter = counter;
    const { id, options } = await begin(opened);
    await finish(opened, id, authenticator.authenticate({ challenge: options.challenge }));
  };
  await logIn(0);
  await logIn(0);
  await logIn(7);
  assert.deepEqual(opened.events, []);
  await logIn(7);
  assert.deepEqual(opened.events, [{ kind: 'passkey-counter-back', principal: 'user:ada' }]);
  await logIn(8);
  assert.equal(opened.events.length, 1);
});

test('registering needs one’s own challenge, once, with a key that is not known yet', async (t) => {
  const opened = await openIdentity(t);
  const { parts } = opened;
  const { authenticator, user } = await withPasskey(opened);
  const eve = await addPerson(parts, 'eve');
  const begun = async (who: PrincipalId) =>
    ((await parts.passkeys.beginRegistration(who, 'x')) as Options).challenge;
  const other = new SoftwareAuthenticator();
  const foreign = await begun(user);
  await assert.rejects(
    parts.passkeys.confirmRegistration(eve, 'mine', other.register({ challenge: foreign })),
    REFUSED,
  );
  const again = await begun(eve);
  await assert.rejects(
    parts.passkeys.confirmRegistration(eve, 'mine', authenticator.register({ challenge: again })),
    REFUSED,
  );
  const unverified = await begun(eve);
  await assert.rejects(
    parts.passkeys.confirmRegistration(
      eve,
      'mine',
      other.register({ challenge: unverified, isVerified: false }),
    ),
    REFUSED,
  );
  const used = await begun(eve);
  const response = other.register({ challenge: used });
  await parts.passkeys.confirmRegistration(eve, 'mine', response);
  await assert.rejects(parts.passkeys.confirmRegistration(eve, 'twice', response), REFUSED);
  assert.equal((await parts.passkeys.list(eve)).length, 1);
});

test('a passkey that was removed logs nobody in, and nobody removes another’s', async (t) => {
  const opened = await openIdentity(t);
  const { authenticator, passkey, user } = await withPasskey(opened);
  const eve = await addPerson(opened.parts, 'eve');
  await assert.rejects(opened.parts.passkeys.remove(eve, passkey.id), withCode('PASSKEY_MISSING'));
  const { id, options } = await begin(opened);
  await opened.parts.passkeys.remove(user, passkey.id);
  await assert.rejects(
    finish(opened, id, authenticator.authenticate({ challenge: options.challenge })),
    REFUSED,
  );
  await opened.access.principals.setState(user, 'disabled');
});

test('a disabled user’s passkey opens nothing', async (t) => {
  const opened = await openIdentity(t);
  const { authenticator, user } = await withPasskey(opened);
  await opened.access.principals.setState(user, 'disabled');
  const { id, options } = await begin(opened);
  await assert.rejects(
    finish(opened, id, authenticator.authenticate({ challenge: options.challenge })),
    REFUSED,
  );
});
