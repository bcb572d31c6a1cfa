// Log-in with a real OpenID provider at the server as it is served: a browser, a program, and what must not work.
import assert from 'node:assert/strict';
import { CLIENT, HeadlessBrowser, startProvider } from '../kit/openid-provider.ts';
import { fixture } from '../network/local-server.ts';
import type { Check } from './check.ts';
import { callJson, freePort, serveHome } from './served-home.ts';
import type { Workshop } from './workshop.ts';

const CALLBACK = '/api/v1/log-in/oidc/callback';
const PROGRAM = 'http://127.0.0.1:40123/callback';

/** `oidc-provider` is among our own packages, so it is never missing. */
export function oidcChecks(): readonly Check[] {
  return [
    {
      name: 'a browser and a program log in with oidc-provider at the served home; a replay and a stranger do not',
      run: logInAtProvider,
    },
  ];
}

async function logInAtProvider(workshop: Workshop): Promise<void> {
  await using ends = new AsyncDisposableStack();
  const t = {
    after: (end: () => unknown) =>
      ends.defer(async () => {
        await end();
      }),
  };
  const port = await freePort();
  const url = `https://localhost:${port}`;
  const provider = await startProvider(t, { redirectUri: `${url}${CALLBACK}` });
  const home = await serveHome(workshop, port, {
    config: configFor(provider.issuer, workshop.write('ca.pem', fixture('ca.pem'))),
    env: { CORP_SECRET: CLIENT.secret },
    prepare: async ({ api }) => {
      await api.users.invite({ name: 'ada' });
      await api.users.link({ name: 'ada', provider: 'corp', subject: 'ada-at-corp' });
    },
  });
  ends.defer(() => home.close());

  const browser = new HeadlessBrowser();
  const start = `${url}/api/v1/log-in/oidc/start/corp`;
  const back = await browser.logIn(start, 'ada-at-corp', `${url}${CALLBACK}`);
  const arrived = await browser.get(back);
  assert.equal(arrived.status, 200, arrived.text);
  assert.ok(arrived.headers['set-cookie']?.some((cookie) => cookie.startsWith('__Host-strongroom=')));
  const account = await browser.get(`${url}/api/v1/account`, { 'sec-fetch-site': 'same-origin' });
  assert.equal((JSON.parse(account.text) as { id: string }).id, 'user:ada', account.text);
  assert.equal((await browser.get(back)).status, 401, 'the same answer once more');

  const begun = await callJson(`${url}/api/v1/log-in/oidc/begin`, { provider: 'corp', redirectUri: PROGRAM });
  const other = new HeadlessBrowser();
  const returned = await other.logIn(String(begun['url']), 'ada-at-corp', `${url}${CALLBACK}`);
  const forwarded = await other.get(returned);
  const callbackUrl = forwarded.headers.location ?? '';
  assert.ok(callbackUrl.startsWith(`${PROGRAM}?`), 'the browser is sent on to the program');
  const finish = (state: unknown) =>
    callJson(`${url}/api/v1/log-in/oidc/finish`, { state, callbackUrl, wants: 'tokens' });
  await assert.rejects(finish('A'.repeat(43)), /answered 401/);
  assert.equal((await finish(begun['state']))['principal'], 'user:ada');
  await assert.rejects(finish(begun['state']), /answered 401/);

  const stranger = new HeadlessBrowser();
  const strange = await stranger.get(await stranger.logIn(start, 'eve', `${url}${CALLBACK}`));
  assert.equal(strange.status, 403, 'nobody is linked to eve');
  assert.match(strange.text, /OIDC_NOT_LINKED/);
}

function configFor(issuer: string, caFile: string): string {
  return `
[federation]
allowed_networks = "127.0.0.0/8, ::1/128"
ca_file = "${caFile}"

[[oidc]]
id = "corp"
name = "Example Corp"
issuer = "${issuer}"
client_id = "${CLIENT.id}"
client_secret = "env:CORP_SECRET"
`;
}
