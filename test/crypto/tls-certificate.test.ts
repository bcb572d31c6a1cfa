import assert from 'node:assert/strict';
import test from 'node:test';
import { SecretBytes, utf8Bytes } from '../../src/bytes/index.ts';
import { makeServerCertificate, readTlsCertificate } from '../../src/crypto/index.ts';
import { refusal } from '../signing/refusal.ts';

test('a certificate tells its hosts, its key, and which private key is its own', async () => {
  const pair = await makeServerCertificate({ names: ['*.models.test', '10.0.0.1', '::1'] });
  const other = await makeServerCertificate({ names: ['models.test'] });
  const read = readTlsCertificate(utf8Bytes(pair.certificatePem));
  assert.deepEqual(read.names, ['*.models.test', '10.0.0.1', '0:0:0:0:0:0:0:1']);
  assert.deepEqual(read.key, { kind: 'prime256v1' });
  for (const host of ['a.models.test', '10.0.0.1', '::1']) assert.equal(read.covers(host), true, host);
  for (const host of ['models.test', '10.0.0.2']) assert.equal(read.covers(host), false, host);
  assert.equal(read.belongsTo(pair.keyPem), true);
  assert.equal(read.belongsTo(other.keyPem), false);
  assert.equal(read.belongsTo(SecretBytes.copyOf(utf8Bytes('no key'))), false);
});

test('what is no certificate is refused', () => {
  assert.throws(() => readTlsCertificate(utf8Bytes('no certificate')), refusal('CERTIFICATE_MALFORMED'));
});
