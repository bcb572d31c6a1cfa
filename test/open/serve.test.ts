import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Caller, LoggedIn, LogInAnswer, Origin } from '../../src/api/index.ts';
import { SecretBytes, utf8Bytes } from '../../src/bytes/index.ts';
import { makeAuthority, makeClientCertificate } from '../../src/crypto/index.ts';
import { temporaryHome } from '../kit/temporary-home.ts';
import { withCode } from '../storage/temporary-folder.ts';

const PASSWORD = 'vintage llama orbits 42 moons';
const ORIGIN: Origin = { requestId: 'r1', address: '192.0.2.10' };
const secret = (text: string): SecretBytes => SecretBytes.take(utf8Bytes(text));

function loggedIn(answer: LogInAnswer): LoggedIn {
  if (answer.kind !== 'logged-in') throw new assert.AssertionError({ message: 'a second factor is wanted' });
  return answer;
}

test('the first administrator comes by the bootstrap token, once, and everything follows from there', async (t) => {
  const { strongroom } = await temporaryHome(t);
  const served = strongroom.serve();
  await served.ready();
  const token = await served.bootstrapToken();
  assert.ok(token);
  const first = await served.identity.bootstrap({ token, name: 'ada', password: secret(PASSWORD) }, ORIGIN);
  assert.equal(await served.bootstrapToken(), undefined);
  await assert.rejects(
    served.identity.bootstrap({ token, name: 'eve', password: secret(PASSWORD) }, ORIGIN),
    withCode('BOOTSTRAP_OVER'),
  );
  const caller = await served.identity.authenticate({ kind: 'bearer', token: first.accessToken }, ORIGIN);
  const api = served.apiFor(caller);
  assert.deepEqual((await api.account.get()).user?.factors, { password: true, totp: false, passkeys: 0 });
  assert.equal((await api.root.list()).length, 1);
});

test('a revoked token is refused at the next call', async (t) => {
  const { strongroom } = await temporaryHome(t);
  const served = strongroom.serve();
  const bootstrap = await served.bootstrapToken();
  assert.ok(bootstrap);
  await served.identity.bootstrap({ token: bootstrap, name: 'ada', password: secret(PASSWORD) }, ORIGIN);
  const log = loggedIn(
    await served.identity.logIn({ name: 'ada', password: secret(PASSWORD), wants: 'tokens' }, ORIGIN),
  );
  const asked = (token: SecretBytes): Promise<Caller> =>
    served.identity.authenticate({ kind: 'bearer', token }, ORIGIN);
  const api = served.apiFor(await asked(log.accessToken));
  const { token, secret: personal } = await api.tokens.create({ name: 'laptop' });
  assert.equal((await asked(personal)).id, 'user:ada');
  assert.equal((await api.tokens.list())[0]?.lastUsedFrom, ORIGIN.address);
  await api.tokens.revoke({ id: token.id });
  await assert.rejects(asked(personal), withCode('AUTH_FAILED'));
});

test('a client certificate stands for the service account that it was bound to', async (t) => {
  const { strongroom } = await temporaryHome(t);
  await strongroom.api.serviceAccounts.create({ name: 'shop' });
  const authority = await makeAuthority({ name: 'acme' });
  const { certificatePem } = await makeClientCertificate({ name: 'shop', issuer: authority });
  const certificate = utf8Bytes(certificatePem);
  const bound = await strongroom.api.clientCertificates.bind({ serviceAccount: 'shop', certificate });
  const { identity } = strongroom.serve();
  const ask = () =>
    identity.authenticate({ kind: 'certificate', sha256: bound.fingerprint, names: [] }, ORIGIN);
  assert.equal((await ask()).id, 'service-account:shop');
  await assert.rejects(
    strongroom.api.clientCertificates.bind({ serviceAccount: 'shop', certificate }),
    withCode('TOKEN_INVALID'),
  );
  assert.deepEqual(await strongroom.api.clientCertificates.list(), [bound]);
  await strongroom.api.clientCertificates.unbind({ id: bound.id });
  await assert.rejects(ask(), withCode('AUTH_FAILED'));
});
