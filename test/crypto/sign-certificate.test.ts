import assert from 'node:assert/strict';
import test from 'node:test';
import { utf8Bytes } from '../../src/bytes/index.ts';
import {
  formatCertificatePem,
  parseCertificate,
  parseCertificatesPem,
  publicKeyOf,
} from '../../src/crypto/index.ts';
import {
  distinguishedName,
  EMAIL,
  extension,
  goodChain,
  issue,
  issueDer,
  newKey,
  sequence,
  signingKeyOf,
  textTree,
} from '../signing/certificate-kit.ts';
import { refusal } from '../signing/refusal.ts';

const { leaf, middle, root } = goodChain();
const signer = { subject: 'Signer', key: newKey() };

test('a certificate tells subject, issuer, validity, purposes and key', () => {
  const { certificate } = leaf;
  assert.equal(certificate.subject, 'CN=Test Signer');
  assert.equal(certificate.issuer, 'CN=Test Issuer');
  assert.equal(new Date(certificate.notBefore).toISOString(), '2026-01-01T00:00:00.000Z');
  assert.deepEqual(certificate.extensions.extendedKeyUsage, ['1.3.6.1.5.5.7.3.3']);
  assert.deepEqual(certificate.extensions.alternativeNames, [{ kind: 'email', value: 'ml@example.org' }]);
  assert.ok(publicKeyOf(certificate).equals(signingKeyOf(leaf.key).publicKey));
});

test('years from 1950 to 2049 come as two digits, later ones as four', () => {
  const window = { from: '1950-01-01T00:00:00Z', until: '2050-01-01T00:00:00Z' };
  const { certificate } = issue({ ...signer, issuer: middle, ...window });
  assert.equal(certificate.notBefore, Date.UTC(1950, 0, 1));
  assert.equal(certificate.notAfter, Date.UTC(2050, 0, 1));
});

test('a PEM file holds one certificate after the other, with text around them', () => {
  const certificates = [leaf, middle, root].map(({ certificate }) => certificate);
  const text = certificates
    .map((certificate) => `# ${certificate.subject}\n${formatCertificatePem(certificate)}`)
    .join('\n');
  const read = parseCertificatesPem(utf8Bytes(text));
  assert.deepEqual(
    read.map(({ fingerprint }) => fingerprint),
    certificates.map(({ fingerprint }) => fingerprint),
  );
});

test('a PEM file without a whole certificate is refused', () => {
  const pem = formatCertificatePem(leaf.certificate);
  for (const text of [
    '',
    'hello',
    pem.slice(0, -30),
    pem.replace('M', '!'),
    pem + pem.slice(0, 100),
    pem.repeat(65),
  ]) {
    assert.throws(() => parseCertificatesPem(utf8Bytes(text)), refusal('CERTIFICATE_MALFORMED'));
  }
});

test('the name of a signer is shown as RFC 4514 writes it, and what is special in it is escaped', () => {
  const { certificate } = issue({
    subject: distinguishedName('Org, "the" #1', ' Signer+'),
    key: newKey(),
    issuer: middle,
  });
  assert.equal(certificate.subject, 'CN=\\ Signer\\+,CN=Org\\, \\"the\\" #1');
});

const leafDer = Buffer.from(leaf.certificate.der);

const MALFORMED: readonly { readonly what: string; readonly bytes: Uint8Array }[] = [
  { what: 'nothing', bytes: new Uint8Array() },
  { what: 'bytes after it', bytes: Buffer.concat([leafDer, Buffer.from([0])]) },
  { what: 'its last byte cut off', bytes: leafDer.subarray(0, -1) },
  { what: 'version 1', bytes: issueDer({ ...signer, issuer: middle, version: 0 }) },
  {
    what: 'an indefinite length',
    bytes: Buffer.concat([Buffer.from([0x30, 0x80]), leafDer.subarray(4), Buffer.from([0, 0])]),
  },
  {
    what: 'a length in four bytes',
    bytes: Buffer.concat([Buffer.from([0x30, 0x84, 0, 0]), leafDer.subarray(2)]),
  },
  {
    what: 'a length that is longer than need be',
    bytes: Buffer.concat([Buffer.from([0x30, 0x83, 0]), leafDer.subarray(2)]),
  },
  {
    what: 'an extension twice',
    bytes: issueDer({ ...signer, issuer: middle, extensions: [extension('2.5.29.37', sequence())] }),
  },
  {
    what: 'a NUL in a name',
    bytes: issueDer({ ...signer, issuer: middle, names: [textTree(EMAIL, 'ml@example.org\0.evil.com')] }),
  },
  {
    what: 'a day that does not exist',
    bytes: issueDer({ ...signer, issuer: middle, from: '2026-02-30T00:00:00Z' }),
  },
  { what: 'more bytes than any certificate has', bytes: new Uint8Array(40_000) },
];

for (const { what, bytes } of MALFORMED) {
  test(`a certificate is malformed with ${what}`, () => {
    assert.throws(() => parseCertificate(bytes), refusal('CERTIFICATE_MALFORMED'));
  });
}
