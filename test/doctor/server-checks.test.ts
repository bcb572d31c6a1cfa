import assert from 'node:assert/strict';
import test from 'node:test';
import {
  type AnswerFacts,
  type CertificateFacts,
  checkAnswer,
  checkCertificate,
  checkHandshake,
} from '../../src/doctor/index.ts';
import { daysAgo, expectLine, NOW } from './line-of.ts';

const CERTIFICATE: CertificateFacts = {
  notBefore: Date.parse(daysAgo(10)),
  notAfter: Date.parse(daysAgo(-80)),
  names: ['models.test'],
  host: { name: 'models.test', isCovered: true },
  isTrusted: true,
  key: { kind: 'prime256v1' },
  keyFile: { isExposed: false, belongs: true },
};

function lookAt(facts: Partial<CertificateFacts>) {
  return checkCertificate({ ...CERTIFICATE, ...facts }, NOW);
}

test('a good certificate passes every line', () => {
  assert.deepEqual([...new Set(lookAt({}).map(({ standing }) => standing))], ['pass']);
  assert.equal(lookAt({}).length, 5);
});

test('validity: fails before and after, warns three weeks before the end', () => {
  expectLine(lookAt({ notBefore: Date.parse(daysAgo(-1)) }), 'validity', ['fail', /not valid yet/]);
  expectLine(lookAt({ notAfter: Date.parse(daysAgo(3)) }), 'validity', ['fail', /expired 3 days ago/]);
  expectLine(lookAt({ notAfter: Date.parse(daysAgo(-20)) }), 'validity', ['warn', /20 more days/]);
});

test('names: fails for another host and for none', () => {
  expectLine(lookAt({ host: { name: 'x.test', isCovered: false } }), 'names', ['fail', /not for x\.test/]);
  expectLine(lookAt({ names: [] }), 'names', ['fail', /no name/]);
});

test('keys: fails for short RSA, for a key of another certificate, and for one that others can read', () => {
  expectLine(lookAt({ key: { kind: 'rsa', bits: 1024 } }), 'certificate-key', ['fail', /rsa 1024/]);
  expectLine(lookAt({ key: { kind: 'rsa', bits: 2048 } }), 'certificate-key', ['pass', /rsa 2048/]);
  expectLine(lookAt({ keyFile: { isExposed: true, belongs: true } }), 'key-file', ['fail', /others/]);
  expectLine(lookAt({ keyFile: { isExposed: false, belongs: false } }), 'key-file', ['fail', /not the one/]);
});

test('trust: warns for a certificate that signed itself', () => {
  expectLine(lookAt({ isTrusted: false }), 'trust', ['warn', /no authority/]);
});

test('the handshake: old protocols and weak groups fail, no hybrid group warns', () => {
  const good = {
    protocol: 'TLSv1.3',
    cipher: 'TLS_AES_256_GCM_SHA384',
    protocols: ['TLSv1.2', 'TLSv1.3'],
    groups: ['X25519MLKEM768', 'X25519'],
  };
  expectLine(checkHandshake(good), 'protocols', ['pass', /TLSv1\.2, TLSv1\.3; agreed on TLSv1\.3/]);
  expectLine(checkHandshake(good), 'key-exchange', ['pass', /X25519MLKEM768/]);
  const old = checkHandshake({ ...good, protocols: ['TLSv1', 'TLSv1.2'] });
  expectLine(old, 'protocols', ['fail', /speaks TLSv1$/]);
  expectLine(checkHandshake({ ...good, groups: ['X25519', 'secp224r1'] }), 'key-exchange', [
    'fail',
    /secp224r1/,
  ]);
  expectLine(checkHandshake({ ...good, groups: ['X25519'] }), 'key-exchange', ['warn', /quantum/]);
});

const HEADERS = {
  'strict-transport-security': 'max-age=63072000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  'cache-control': 'no-store',
  date: NOW.toUTCString(),
};

function answered(facts: Partial<AnswerFacts>) {
  return checkAnswer({ status: 401, headers: HEADERS, answersPlainHttp: false, at: NOW, ...facts });
}

test('a good answer passes every line', () => {
  assert.deepEqual([...new Set(answered({}).map(({ standing }) => standing))], ['pass']);
});

test('headers: fails for each that is missing or weak', () => {
  for (const header of Object.keys(HEADERS).filter((each) => each !== 'date')) {
    const { [header as keyof typeof HEADERS]: _, ...others } = HEADERS;
    expectLine(answered({ headers: others }), 'security-headers', ['fail', new RegExp(`: ${header}$`)]);
  }
  const weak = { ...HEADERS, 'strict-transport-security': 'max-age=300' };
  expectLine(answered({ headers: weak }), 'security-headers', ['fail', /strict-transport-security/]);
});

test('callers, software, plain HTTP and clock: each has its bad news', () => {
  expectLine(answered({ status: 200 }), 'unknown-callers', ['fail', /200/]);
  expectLine(answered({ headers: { ...HEADERS, server: 'x' } }), 'software-named', ['warn', /server/]);
  expectLine(answered({ answersPlainHttp: true }), 'plain-http', ['fail', /without TLS/]);
  const late = { ...HEADERS, date: new Date(NOW.getTime() - 120_000).toUTCString() };
  expectLine(answered({ headers: late }), 'clock', ['fail', /120 seconds/]);
  const { date: _, ...dateless } = HEADERS;
  expectLine(answered({ headers: dateless }), 'clock', ['warn', /no date/]);
});
