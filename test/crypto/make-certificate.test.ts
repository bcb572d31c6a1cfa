import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { utf8Bytes } from '../../src/bytes/index.ts';
import {
  type KeyedCertificate,
  makeAuthority,
  makeClientCertificate,
  makeServerCertificate,
  parseCertificatesPem,
} from '../../src/crypto/index.ts';
import { temporaryFolder } from '../kit/temporary-home.ts';
import { refusal } from '../signing/refusal.ts';

const DAY_MS = 86_400_000;

/** Writes both PEM files where OpenSSL finds them. */
async function writePair(t: TestContext, pair: KeyedCertificate) {
  const folder = await temporaryFolder(t);
  const [certificate, key] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  await writeFile(certificate, pair.certificatePem);
  await writeFile(key, pair.keyPem.expose(), { mode: 0o600 });
  return { certificate, key };
}

function openssl(...args: readonly string[]): string {
  return execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

test('OpenSSL reads a server certificate: its names, its purpose, and that its key is its own', async (t) => {
  const pair = await makeServerCertificate({ names: ['Vault.Example.org', 'localhost', '127.0.0.1', '::1'] });
  const { certificate, key } = await writePair(t, pair);
  const text = openssl('x509', '-in', certificate, '-noout', '-text');
  assert.match(
    text,
    /DNS:vault\.example\.org, DNS:localhost, IP Address:127\.0\.0\.1, IP Address:0:0:0:0:0:0:0:1/,
  );
  assert.match(text, /ASN1 OID: prime256v1/);
  assert.match(text, /Signature Algorithm: ecdsa-with-SHA256/);
  assert.match(text, /Extended Key Usage: \s*TLS Web Server Authentication\n/);
  assert.match(text, /CA:FALSE/);
  assert.match(openssl('verify', '-CAfile', certificate, '-purpose', 'sslserver', certificate), /: OK/);
  assert.equal(
    openssl('x509', '-in', certificate, '-noout', '-pubkey'),
    openssl('pkey', '-in', key, '-pubout'),
  );
});

test('a certificate is for the names given and for no other', async () => {
  const { certificatePem } = await makeServerCertificate({ names: ['*.models.test', '10.1.2.3'] });
  const certificate = new X509Certificate(certificatePem);
  assert.equal(certificate.checkHost('a.models.test'), '*.models.test');
  assert.equal(certificate.checkHost('models.test'), undefined);
  assert.equal(certificate.checkIP('10.1.2.3'), '10.1.2.3');
  assert.equal(certificate.checkIP('10.1.2.4'), undefined);
});

test('a certificate lives 90 days, or as long as was said, and no two have one serial number', async () => {
  const pairs = await Promise.all([undefined, 1, 366].map((days) => serverOf(days)));
  const made = pairs.map(({ certificatePem }) => read(certificatePem));
  assert.deepEqual(
    made.map(({ days }) => days),
    [90, 1, 366],
  );
  assert.ok(made.every(({ serial }) => /^[4-7][0-9a-f]{31}$/.test(serial)));
  assert.equal(new Set(made.map(({ serial }) => serial)).size, 3);
});

test('names and days that cannot be are refused', async () => {
  for (const name of [
    '',
    'a b',
    'x_y',
    '256.1.1.1',
    '010.0.0.1',
    '1.2.3',
    '::g',
    'https://x',
    'münchen.de',
    '*',
  ]) {
    await assert.rejects(makeServerCertificate({ names: [name] }), refusal('INPUT_INVALID'), name);
  }
  await assert.rejects(makeServerCertificate({ names: [] }), refusal('INPUT_INVALID'));
  for (const days of [0, 367, 1.5, Number.NaN]) {
    await assert.rejects(serverOf(days), refusal('INPUT_INVALID'), String(days));
  }
});

test("an authority's server and client certificates verify under it, each for its own purpose only", async (t) => {
  const authority = await makeAuthority({ name: 'Models' });
  const { certificate: root } = await writePair(t, authority);
  const server = await writePair(t, await makeServerCertificate({ names: ['x.test'], issuer: authority }));
  const client = await writePair(t, await makeClientCertificate({ name: 'ci', issuer: authority }));
  const verify = (purpose: string, path: string) =>
    openssl('verify', '-x509_strict', '-CAfile', root, '-purpose', purpose, path);
  assert.match(verify('sslserver', server.certificate), /: OK/);
  assert.match(verify('sslclient', client.certificate), /: OK/);
  assert.throws(() => verify('sslclient', server.certificate), /unsuitable certificate purpose/);
  assert.throws(() => verify('sslserver', client.certificate), /unsuitable certificate purpose/);
});

test('only an authority with its own key signs', async () => {
  const [one, other] = [await makeAuthority({ name: 'One' }), await makeAuthority({ name: 'Other' })];
  const names = ['x.test'];
  const leaf = await makeServerCertificate({ names });
  await assert.rejects(makeServerCertificate({ names, issuer: leaf }), refusal('INPUT_INVALID'));
  const mixed = { certificatePem: one.certificatePem, keyPem: other.keyPem };
  await assert.rejects(makeServerCertificate({ names, issuer: mixed }), refusal('INPUT_INVALID'));
});

function serverOf(days: number | undefined): Promise<KeyedCertificate> {
  return makeServerCertificate({ names: ['x.test'], ...(days !== undefined && { days }) });
}

function read(pem: string): { readonly days: number; readonly serial: string } {
  const [certificate] = parseCertificatesPem(utf8Bytes(pem));
  assert.ok(certificate);
  return { days: (certificate.notAfter - certificate.notBefore) / DAY_MS, serial: certificate.serial };
}
