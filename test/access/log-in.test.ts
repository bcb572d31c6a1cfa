import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ORIGIN, openIdentity, PASSWORD, secret, textOf } from './identity-kit.ts';

test('bootstrap, log in, refresh, authenticate', async (t) => {
  const { identity, parts } = await openIdentity(t);
  const token = await parts.bootstrap.issue();
  assert.ok(token);
  const a = await identity.bootstrap({ token, name: 'ada', password: secret(PASSWORD) }, ORIGIN);
  console.log(textOf(a.accessToken), textOf(a.refreshToken), a.device);
  console.log(await identity.authenticate({ kind: 'bearer', token: a.accessToken }, ORIGIN));
  const b = await identity.logIn({ name: 'ada', password: secret(PASSWORD), wants: 'cookie' }, ORIGIN);
  assert.equal(b.kind, 'logged-in');
  if (b.kind !== 'logged-in') return;
  console.log(
    b,
    await identity.authenticate({ kind: 'session', token: b.session?.token ?? secret('') }, ORIGIN),
  );
  const c = await identity.refresh({ refreshToken: a.refreshToken ?? secret('') }, ORIGIN);
  console.log(await identity.jwks(), c.accessSeconds);
});
