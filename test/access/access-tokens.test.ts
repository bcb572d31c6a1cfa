// What attackers do to JSON Web Tokens (RFC 8725 §2), each refused with the one answer.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { exportJWK, generateKeyPair, importPKCS8, SignJWT } from 'jose';
import { AccessTokens } from '../../src/access/access-tokens.ts';
import { createSecretBox } from '../../src/access/secret-box.ts';
import { TokenKeys } from '../../src/access/token-keys.ts';
import { parsePrincipalId } from '../../src/api/index.ts';
import { fromBase64Url, SecretBytes, toBase64Url, utf8Bytes, utf8Text } from '../../src/bytes/index.ts';
import { withCode } from '../storage/temporary-folder.ts';
import { openAccess, seal } from './access-kit.ts';
import { pass, secret, textOf } from './identity-kit.ts';

const ISSUER = 'https://strongroom.example';
type Part = Readonly<Record<string, unknown>>;

async function openTokens(t: TestContext) {
  const { catalogue, clock, path } = await openAccess(t);
  const box = createSecretBox(() => SecretBytes.take(new Uint8Array(32).fill(7)));
  const build = (issuer = ISSUER) => {
    const keys = new TokenKeys({ catalogue, seal, box, now: () => clock.now });
    return { keys, tokens: new AccessTokens({ keys, issuer, now: () => clock.now }) };
  };
  const { keys, tokens } = build();
  const mint = async () =>
    textOf(
      await tokens.mint({
        principal: parsePrincipalId('user:ada'),
        credential: 'session-1',
        securityVersion: 3,
        methods: ['pwd', 'otp'],
        authenticatedAt: clock.now,
        expiresAt: new Date(clock.now.getTime() + 600_000),
      }),
    );
  const refuses = (token: string) => assert.rejects(tokens.verify(secret(token)), withCode('AUTH_FAILED'));
  /** Signs any header and payload with the real key, as only we could: what is refused then is refused for itself. */
  const sign = async (header: string, payload: string) => {
    const { key } = await keys.signingKey();
    const input = `${toBase64Url(utf8Bytes(header))}.${toBase64Url(utf8Bytes(payload))}`;
    const signature = await crypto.subtle.sign('Ed25519', key, utf8Bytes(input));
    return `${input}.${toBase64Url(new Uint8Array(signature))}`;
  };
  return { tokens, keys, clock, path, mint, refuses, sign, build };
}

function decode(token: string): readonly [header: Part, payload: Part, signature: string] {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const part = (text: string) => JSON.parse(utf8Text(fromBase64Url(text) ?? new Uint8Array(0)) ?? '') as Part;
  return [part(header), part(payload), signature];
}

const encode = (part: Part): string => toBase64Url(utf8Bytes(JSON.stringify(part)));

test('a token of ours says who it is for', async (t) => {
  const { tokens, mint, clock, sign } = await openTokens(t);
  const token = await mint();
  const claims = await tokens.verify(secret(token));
  assert.equal(claims.principal, 'user:ada');
  assert.equal(claims.credential, 'session-1');
  assert.equal(claims.securityVersion, 3);
  assert.deepEqual(claims.methods, ['pwd', 'otp']);
  assert.equal(claims.expiresAt.getTime(), clock.now.getTime() + 600_000);
  const [header, payload] = decode(token);
  assert.deepEqual(Object.keys(header).sort(), ['alg', 'kid', 'typ']);
  assert.equal(header['alg'], 'Ed25519');
  assert.equal(header['typ'], 'at+jwt');
  assert.equal(payload['aud'], `${ISSUER}/api`);
  // The forger of the tests below signs what is taken when nothing is wrong with it.
  await tokens.verify(secret(await sign(JSON.stringify(header), JSON.stringify(payload))));
});

test('"none", in whatever spelling, is no signature', async (t) => {
  const { mint, refuses } = await openTokens(t);
  const [header, payload, signature] = decode(await mint());
  for (const alg of ['none', 'None', 'NONE', '']) {
    for (const end of ['', signature])
      await refuses(`${encode({ ...header, alg })}.${encode(payload)}.${end}`);
  }
  await refuses(`${encode(header)}.${encode(payload)}.`);
  await refuses(`${encode(header)}.${encode(payload)}`);
});

test('HS256 keyed with our public key is refused', async (t) => {
  const { mint, refuses, keys } = await openTokens(t);
  const [header, payload] = decode(await mint());
  const [jwk] = await keys.published();
  const spki = fromBase64Url(jwk?.['x'] ?? '') ?? new Uint8Array(32);
  for (const key of [spki, utf8Bytes(jwk?.['x'] ?? ''), utf8Bytes(JSON.stringify(jwk))]) {
    const forged = new SignJWT({ ...payload }).setProtectedHeader({ ...header, alg: 'HS256' });
    await refuses(await forged.sign(key));
  }
});

test('other algorithms are refused, "EdDSA" for the same key too', async (t) => {
  const { mint, refuses, sign } = await openTokens(t);
  const [header, payload] = decode(await mint());
  for (const alg of ['EdDSA', 'ES256', 'RS256', 'PS256', 'HS256', 'ed25519', 'ML-DSA-65'])
    await refuses(await sign(JSON.stringify({ ...header, alg }), JSON.stringify(payload)));
});

test('a key that the token brings along is not believed', async (t) => {
  const { mint, refuses, sign } = await openTokens(t);
  const [header, payload] = decode(await mint());
  const { privateKey, publicKey } = await generateKeyPair('Ed25519', { extractable: true });
  const jwk = await exportJWK(publicKey);
  for (const more of [
    { jwk },
    { jku: 'https://evil.example/jwks.json' },
    { x5u: 'https://evil.example/cert.pem' },
    { x5c: ['MIIB'] },
    { x5t: 'abc' },
    { crit: ['exp'], exp: 1 },
    { crit: ['b64'], b64: false },
    { crit: [] },
    { zip: 'DEF' },
    { cty: 'JWT' },
  ]) {
    const forged = new SignJWT({ ...payload }).setProtectedHeader({ ...header, alg: 'Ed25519', ...more });
    await refuses(await forged.sign(privateKey).catch(() => 'a.b.c'));
    await refuses(await sign(JSON.stringify({ ...header, ...more }), JSON.stringify(payload)));
  }
  await refuses(
    await new SignJWT({ ...payload }).setProtectedHeader({ ...header, alg: 'Ed25519' }).sign(privateKey),
  );
});

test('the id of the key is looked up, never followed', async (t) => {
  const { mint, refuses, sign } = await openTokens(t);
  const [header, payload] = decode(await mint());
  for (const kid of [
    '../../../../dev/null',
    '/etc/passwd',
    "x' OR '1'='1",
    'https://evil.example/key',
    '',
    'AAAAAAAAAAAAAAAAAAAAAA',
    '__proto__',
    ['a'],
    { a: 1 },
    null,
    0,
  ])
    await refuses(await sign(JSON.stringify({ ...header, kid }), JSON.stringify(payload)));
  const { kid: _kid, ...without } = header;
  await refuses(await sign(JSON.stringify(without), JSON.stringify(payload)));
});

test('a member that stands twice is refused, in the header and in the claims', async (t) => {
  const { mint, refuses, sign } = await openTokens(t);
  const [header, payload] = decode(await mint());
  const [head, body] = [JSON.stringify(header), JSON.stringify(payload)];
  const twice = (text: string, member: string) => text.replace('{', `{${member},`);
  await refuses(await sign(twice(head, '"alg":"none"'), body));
  await refuses(await sign(twice(head, '"\\u0061lg":"Ed25519"'), body));
  await refuses(await sign(head, twice(body, '"sub":"user:eve"')));
  await refuses(await sign(head, body.replace(/\}$/, ',"sub":"user:eve"}')));
  await refuses(await sign(head, body.replace(/\}$/, ',"\\u0073ub":"user:eve"}')));
  await refuses(await sign(head, twice(body, '"exp":99999999999')));
});

test('expired, of the future, or older than an access token gets: refused', async (t) => {
  const { mint, refuses, sign, clock } = await openTokens(t);
  const token = await mint();
  const [header, payload] = decode(token);
  const now = Math.floor(clock.now.getTime() / 1000);
  const with_ = async (claims: Part) =>
    await sign(JSON.stringify(header), JSON.stringify({ ...payload, ...claims }));
  await refuses(await with_({ exp: now - 60 }));
  await refuses(await with_({ nbf: now + 60 }));
  await refuses(await with_({ iat: now + 60 }));
  await refuses(await with_({ iat: now - 3600, nbf: now - 3600, exp: now + 3600 }));
  await refuses(await with_({ exp: 'never' }));
  await refuses(await with_({ exp: 1e300 }));
  await refuses(await with_({ exp: null }));
  pass(clock, 611);
  await refuses(token);
});

test('of another issuer, for another audience, or of another type: refused', async (t) => {
  const { mint, refuses, sign, build } = await openTokens(t);
  const [header, payload] = decode(await mint());
  const with_ = async (claims: Part) =>
    await sign(JSON.stringify(header), JSON.stringify({ ...payload, ...claims }));
  for (const iss of ['https://evil.example', `${ISSUER}/`, ISSUER.toUpperCase(), [ISSUER]])
    await refuses(await with_({ iss }));
  for (const aud of [ISSUER, 'https://evil.example/api', [`${ISSUER}/api`, 'https://evil.example']])
    await refuses(await with_({ aud }));
  for (const typ of ['JWT', 'jwt', 'application/at+jwt', 'AT+JWT', 'logout+jwt', undefined])
    await refuses(await sign(JSON.stringify({ ...header, typ }), JSON.stringify(payload)));
  for (const claim of Object.keys(payload)) await refuses(await with_({ [claim]: undefined }));
  await refuses(await with_({ admin: true }));
  const other = await build('https://other.example').tokens.mint({
    principal: 'user:ada',
    credential: 's',
    securityVersion: 1,
    methods: [],
    authenticatedAt: new Date(0),
    expiresAt: new Date('2099-01-01'),
  });
  await refuses(textOf(other));
});

test('a changed byte, other encodings and too much of anything: refused', async (t) => {
  const { mint, refuses, sign } = await openTokens(t);
  const token = await mint();
  const [header, payload] = decode(token);
  const dot = token.lastIndexOf('.');
  for (const at of [5, token.indexOf('.') + 5, dot + 5])
    await refuses(token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1));
  for (const text of [
    '',
    '.',
    '..',
    '...',
    `${token}.x`,
    ` ${token}`,
    `${token}=`,
    `${token}\n`,
    token.slice(0, -1),
  ])
    await refuses(text);
  await refuses(await sign(JSON.stringify(header), JSON.stringify({ ...payload, sub: 'x'.repeat(5000) })));
  await refuses(await sign(`[${'['.repeat(500)}`, JSON.stringify(payload)));
  await refuses(await sign(`\ufeff${JSON.stringify(header)}`, JSON.stringify(payload)));
});

test('the next key is published a day before it signs, the previous one a day after; then it is gone', async (t) => {
  const { keys, tokens, mint, clock } = await openTokens(t);
  const first = await mint();
  const kidOf = (token: string) => decode(token)[0]['kid'];
  const published = async () => (await keys.published()).map(({ kid }) => kid);
  const day = 86_400;
  pass(clock, 28.5 * day);
  await keys.rotate();
  assert.equal((await published()).length, 1);
  pass(clock, 0.75 * day);
  await keys.rotate();
  await keys.rotate();
  assert.equal((await published()).length, 2);
  assert.equal(kidOf(await mint()), kidOf(first));
  pass(clock, day);
  const next = await mint();
  assert.notEqual(kidOf(next), kidOf(first));
  assert.ok((await published()).includes(String(kidOf(first))));
  assert.equal((await tokens.verify(secret(next))).principal, 'user:ada');
  pass(clock, 2 * day);
  assert.deepEqual(await published(), [kidOf(next)]);
});

test('where nobody rotated in time a new key signs at once', async (t) => {
  const { keys, mint, clock, tokens } = await openTokens(t);
  const first = decode(await mint())[0]['kid'];
  pass(clock, 400 * 86_400);
  const token = await mint();
  assert.notEqual(decode(token)[0]['kid'], first);
  await tokens.verify(secret(token));
  assert.equal((await keys.published()).length, 1);
});

test('another process signs with the same key and verifies what we signed', async (t) => {
  const { mint, build } = await openTokens(t);
  const token = await mint();
  const other = build();
  assert.equal((await other.tokens.verify(secret(token))).principal, 'user:ada');
  assert.equal((await other.keys.signingKey()).kid, decode(token)[0]['kid']);
});

test('the private key does not lie open in the catalogue', async (t) => {
  const { mint, keys, path } = await openTokens(t);
  await mint();
  const { key } = await keys.signingKey();
  assert.equal(key.extractable, false);
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(path, { readOnly: true });
  const rows = database.prepare("select content from documents where collection = 'token-keys'").all();
  database.close();
  const content = JSON.parse(String(rows[0]?.['content'])) as { readonly sealed: string };
  const sealed = fromBase64Url(content.sealed) ?? new Uint8Array(0);
  await assert.rejects(
    importPKCS8(
      `-----BEGIN PRIVATE KEY-----\n${Buffer.from(sealed).toString('base64')}\n-----END PRIVATE KEY-----`,
      'Ed25519',
    ),
  );
});
