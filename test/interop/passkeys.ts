// A passkey made and used in Chromium, with its virtual authenticator, at the server as it is served.
import assert from 'node:assert/strict';
import { chromium, type Page } from 'playwright-core';
import type { Check } from './check.ts';
import { callJson, freePort, serveHome } from './served-home.ts';
import type { Workshop } from './workshop.ts';

const PASSWORD = 'vintage llama orbits 42 moons';

/** Chromium with the driver that is among our own packages. */
export function passkeyChecks(chromiumPath: string | undefined): readonly Check[] {
  return [
    {
      name: 'Chromium registers a passkey at the served home and logs in with it',
      missing: chromiumPath === undefined ? 'chromium' : undefined,
      run: (workshop) => usePasskey(workshop, chromiumPath ?? ''),
    },
  ];
}

async function usePasskey(workshop: Workshop, executablePath: string): Promise<void> {
  await using ends = new AsyncDisposableStack();
  const home = await serveHome(workshop, await freePort());
  ends.defer(() => home.close());
  await callJson(`${home.url}/api/v1/bootstrap`, {
    token: home.bootstrapToken,
    name: 'ada',
    password: PASSWORD,
  });

  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--ignore-certificate-errors'],
  });
  ends.defer(() => browser.close());
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const page = await context.newPage();
  await openPage(page, home.url);
  await addAuthenticator(page);

  await call(page, '/log-in', { name: 'ada', password: PASSWORD, wants: 'cookie' });
  await page.evaluate(registerPasskey);
  assert.equal((await accountOf(page)).user?.factors.passkeys, 1);
  await context.clearCookies();
  await assert.rejects(accountOf(page), /401/);

  const answer = await page.evaluate(logInWithPasskey);
  assert.equal(answer.principal, 'user:ada');
  const account = await accountOf(page);
  assert.deepEqual([account.id, account.methods], ['user:ada', ['passkey']]);
}

/** A page of the server's own origin with nothing on it; the server has none of its own for people yet. */
async function openPage(page: Page, url: string): Promise<void> {
  await page.route(`${url}/passkeys`, (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>passkeys</title>' }),
  );
  await page.goto(`${url}/passkeys`);
}

/** CTAP 2.1, inside the machine, with verification of the user (WebAuthn Level 3 §11). */
async function addAuthenticator(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}

interface ShownAccount {
  readonly id: string;
  readonly methods: readonly string[];
  readonly user?: { readonly factors: { readonly passkeys: number } };
}

function accountOf(page: Page): Promise<ShownAccount> {
  return page.evaluate(async () => {
    const answer = await fetch('/api/v1/account');
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    return (await answer.json()) as ShownAccount;
  });
}

function call(page: Page, path: string, body: unknown): Promise<void> {
  return page.evaluate(
    async ([address, content]) => {
      const answer = await fetch(`/api/v1${address}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-csrf': '1' },
        body: JSON.stringify(content),
      });
      if (!answer.ok) throw new Error(`${address} ${answer.status} ${await answer.text()}`);
    },
    [path, body] as const,
  );
}

// What follows runs in the page, so each function stands by itself.

async function registerPasskey(): Promise<void> {
  const post = async (path: string, body: unknown): Promise<unknown> => {
    const answer = await fetch(`/api/v1${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-csrf': '1' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path} ${answer.status} ${await answer.text()}`);
    return await answer.json();
  };
  const begun = await post('/account/passkeys', {});
  const browser = globalThis as unknown as WebAuthnWindow;
  const publicKey = browser.PublicKeyCredential.parseCreationOptionsFromJSON(begun);
  const credential = await browser.navigator.credentials.create({ publicKey });
  await post('/account/passkeys/confirm', { name: 'laptop', response: credential.toJSON() });
}

async function logInWithPasskey(): Promise<{ principal: string }> {
  const post = async (path: string, body: unknown): Promise<unknown> => {
    const answer = await fetch(`/api/v1${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-csrf': '1' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path} ${answer.status} ${await answer.text()}`);
    return await answer.json();
  };
  const begun = (await post('/log-in/passkey', {})) as { id: string; options: unknown };
  const browser = globalThis as unknown as WebAuthnWindow;
  const publicKey = browser.PublicKeyCredential.parseRequestOptionsFromJSON(begun.options);
  const credential = await browser.navigator.credentials.get({ publicKey });
  const finished = { id: begun.id, response: credential.toJSON(), wants: 'cookie' };
  return (await post('/log-in/passkey/finish', finished)) as { principal: string };
}

/** As much of a browser as this uses (WebAuthn Level 3 §5.1); the types of Node have none of it. */
interface WebAuthnWindow {
  readonly PublicKeyCredential: {
    parseCreationOptionsFromJSON(options: unknown): unknown;
    parseRequestOptionsFromJSON(options: unknown): unknown;
  };
  readonly navigator: {
    readonly credentials: {
      create(options: { readonly publicKey: unknown }): Promise<{ toJSON(): unknown }>;
      get(options: { readonly publicKey: unknown }): Promise<{ toJSON(): unknown }>;
    };
  };
}
