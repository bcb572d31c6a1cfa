import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import test from 'node:test';
import fc from 'fast-check';
import { type Certificate, parseCertificate } from '../../src/crypto/index.ts';
import { isStrongroomError } from '../../src/errors/index.ts';
import { verifyChain } from '../../src/signing/index.ts';
import {
  CODE_SIGNING,
  der,
  extension,
  goodChain,
  type Issued,
  issue,
  newKey,
  SERVER_AUTH,
} from './certificate-kit.ts';
import { refusal } from './refusal.ts';

const AT = new Date('2026-06-01T00:00:00Z');
const good = goodChain();

function verify(chain: readonly Issued[], root: Issued = good.root, at = AT): ReturnType<typeof verifyChain> {
  return verifyChain(
    chain.map(({ certificate }) => certificate),
    { roots: [root.certificate], at },
  );
}

test('a chain from signer over issuer to a trusted root holds, with the root in it or left out', () => {
  for (const chain of [
    [good.leaf, good.middle],
    [good.leaf, good.middle, good.root],
  ]) {
    const { leaf, root } = verify(chain);
    assert.equal(leaf.fingerprint, good.leaf.certificate.fingerprint);
    assert.equal(root.fingerprint, good.root.certificate.fingerprint);
  }
});

test('the first and the last second of validity are inside, the ones before and after are not', () => {
  const chain = [good.leaf, good.middle];
  verify(chain, good.root, new Date('2026-01-01T00:00:00Z'));
  verify(chain, good.root, new Date('2027-01-01T00:00:00.999Z'));
  for (const at of ['2025-12-31T23:59:59.999Z', '2027-01-01T00:00:01Z']) {
    assert.throws(() => verify(chain, good.root, new Date(at)), refusal('CERTIFICATE_EXPIRED'));
  }
});

test('a root that says nothing of its use may issue, as OpenSSL makes them by default', () => {
  const root = issue({ subject: 'Plain Root', key: newKey(), isCa: true, usages: null });
  verify([issue({ subject: 'Signer', key: newKey(), issuer: root })], root);
});

test('an RSA root of 2048 bits may issue', () => {
  const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const root = issue({ subject: 'RSA Root', key, isCa: true });
  verify([issue({ subject: 'Signer', key: newKey(), issuer: root })], root);
});

interface Bad {
  readonly what: string;
  readonly says?: RegExp;
  readonly chain: () => readonly Issued[];
  readonly root?: () => Issued;
}

const { root, middle, leaf } = good;
const otherRoot = goodChain().root;
const signer = { subject: 'Signer', key: newKey() };

const REFUSED: readonly Bad[] = [
  { what: 'no certificate at all', chain: () => [], says: /empty/ },
  { what: 'a chain that is too long', chain: () => Array.from({ length: 9 }, () => leaf), says: /too long/ },
  { what: 'the same certificate twice', chain: () => [leaf, leaf, middle], says: /twice/ },
  { what: 'certificates in the wrong order', chain: () => [middle, leaf, root], says: /not issued by/ },
  {
    what: 'a certificate in between that issued nothing',
    chain: () => [leaf, goodChain().middle, middle],
    says: /did not make/,
  },
  { what: 'an intermediate as signer', chain: () => [middle], says: /not for digital signatures/ },
  { what: 'the root itself as signer', chain: () => [root], says: /not for digital signatures/ },
  {
    what: 'an authority that may sign too',
    chain: () => [
      issue({
        ...signer,
        issuer: middle,
        isCa: true,
        usages: ['digitalSignature', 'certSign'],
        purposes: [CODE_SIGNING],
      }),
      middle,
    ],
    says: /is an authority/,
  },
  {
    what: 'a signer for web servers',
    chain: () => [issue({ ...signer, issuer: middle, purposes: [SERVER_AUTH] }), middle],
    says: /code signing/,
  },
  {
    what: 'a signer without any purpose',
    chain: () => [issue({ ...signer, issuer: middle, purposes: null }), middle],
    says: /code signing/,
  },
  {
    what: 'a signer for every purpose',
    chain: () => [issue({ ...signer, issuer: middle, purposes: ['2.5.29.37.0'] }), middle],
    says: /code signing/,
  },
  {
    what: 'a signer whose key is for nothing',
    chain: () => [issue({ ...signer, issuer: middle, usages: null }), middle],
    says: /digital signatures/,
  },
  {
    what: 'a signer whose key is for revocation lists',
    chain: () => [issue({ ...signer, issuer: middle, usages: ['crlSign'] }), middle],
    says: /digital signatures/,
  },
  {
    what: 'an issuer that is no authority',
    chain: () => [issue({ ...signer, issuer: leaf }), leaf, middle],
    says: /not an authority/,
  },
  {
    what: 'an issuer that may not issue',
    chain: () => {
      const issuer = issue({
        subject: 'Mute',
        key: newKey(),
        issuer: root,
        isCa: true,
        usages: ['digitalSignature'],
      });
      return [issue({ ...signer, issuer }), issuer];
    },
    says: /may not issue certificates/,
  },
  {
    what: 'an issuer for web servers only',
    chain: () => {
      const issuer = issue({
        subject: 'Web',
        key: newKey(),
        issuer: root,
        isCa: true,
        purposes: [SERVER_AUTH],
      });
      return [issue({ ...signer, issuer }), issuer];
    },
    says: /for code signing/,
  },
  {
    what: 'one authority more than the path may have',
    chain: () => {
      const issuer = issue({ subject: 'Third', key: newKey(), issuer: middle, isCa: true });
      return [issue({ ...signer, issuer }), issuer, middle];
    },
    says: /more authorities/,
  },
  {
    what: 'a signature by somebody else under the name of the issuer',
    chain: () => [issue({ ...signer, issuer: middle, signWith: newKey() }), middle],
    says: /did not make/,
  },
  {
    what: 'a signature with SHA-1',
    chain: () => [issue({ ...signer, issuer: middle, digest: 'sha1' }), middle],
    says: /weak or unknown/,
  },
  {
    what: 'an issuer with an RSA key of 1024 bits',
    chain: () => {
      const key = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
      const issuer = issue({ subject: 'Weak', key, issuer: root, isCa: true });
      return [issue({ ...signer, issuer }), issuer];
    },
    says: /key is weak/,
  },
  {
    what: 'an issuer on another curve',
    chain: () => {
      const issuer = issue({ subject: 'Coin', key: newKey('secp256k1'), issuer: root, isCa: true });
      return [issue({ ...signer, issuer }), issuer];
    },
    says: /key is weak/,
  },
  {
    what: 'a key id of the issuer that is not its own',
    chain: () => {
      const issuer = issue({
        subject: 'Named',
        key: newKey(),
        issuer: root,
        isCa: true,
        keyId: Buffer.from('one'),
      });
      return [issue({ ...signer, issuer, authorityKeyId: Buffer.from('two') }), issuer];
    },
    says: /another key/,
  },
  {
    what: 'a critical extension that nobody knows',
    chain: () => [
      issue({ ...signer, issuer: middle, extensions: [extension('1.2.3.4', der(0x05), true)] }),
      middle,
    ],
    says: /critical extensions/,
  },
];

for (const { what, chain, says } of REFUSED) {
  test(`a chain is refused with ${what}`, () => {
    assert.throws(() => verify(chain()), refusal('CERTIFICATE_REFUSED', says));
  });
}

test('a chain to a root that is not trusted is refused, also when it brings that root along', () => {
  for (const chain of [[leaf, middle], [leaf, middle, root], [leaf]]) {
    assert.throws(() => verify(chain, otherRoot), refusal('SIGNATURE_UNTRUSTED'));
  }
});

test('a root of the same name with another key is not the trusted one', () => {
  const twin = issue({ subject: 'Test Root', key: newKey(), isCa: true });
  assert.throws(() => verify([leaf, middle], twin), refusal('SIGNATURE_UNTRUSTED'));
});

for (const [what, from, until] of [
  ['has expired', '2025-01-01T00:00:00Z', '2026-05-31T00:00:00Z'],
  ['is not yet valid', '2026-06-02T00:00:00Z', '2027-01-01T00:00:00Z'],
] as const) {
  test(`a chain is refused whose signer, issuer or root ${what}`, () => {
    const window = { from, until };
    const badLeaf = issue({ ...signer, issuer: middle, ...window });
    const badMiddle = issue({ subject: 'Issuer', key: newKey(), issuer: root, isCa: true, ...window });
    const badRoot = issue({ subject: 'Root', key: newKey(), isCa: true, ...window });
    assert.throws(() => verify([badLeaf, middle]), refusal('CERTIFICATE_EXPIRED'));
    assert.throws(
      () => verify([issue({ ...signer, issuer: badMiddle }), badMiddle]),
      refusal('CERTIFICATE_EXPIRED'),
    );
    assert.throws(
      () => verify([issue({ ...signer, issuer: badRoot })], badRoot),
      refusal('CERTIFICATE_EXPIRED'),
    );
  });
}

test('a revoked certificate is refused from its revocation on, wherever in the chain it stands', () => {
  const chain = [leaf.certificate, middle.certificate];
  for (const { fingerprint } of [leaf.certificate, middle.certificate, root.certificate]) {
    const revoked = [{ fingerprint, revokedAt: '2026-06-01T00:00:00.000Z' }];
    const trust = { roots: [root.certificate], revoked };
    assert.throws(() => verifyChain(chain, { ...trust, at: AT }), refusal('CERTIFICATE_REFUSED', /revoked/));
    verifyChain(chain, { ...trust, at: new Date('2026-05-31T23:59:59Z') });
  }
});

const leafDer = Buffer.from(leaf.certificate.der);

test('no flipped bit of a certificate goes unnoticed', () => {
  const verifyBytes = (bytes: Uint8Array): Certificate =>
    verifyChain([parseCertificate(bytes), middle.certificate], { roots: [root.certificate], at: AT }).leaf;
  assert.equal(verifyBytes(leafDer).subject, 'CN=Test Signer');
  fc.assert(
    fc.property(fc.nat({ max: leafDer.length * 8 - 1 }), (bit) => {
      const changed = new Uint8Array(leafDer);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assert.throws(
        () => verifyBytes(changed),
        (error) => isStrongroomError(error) && error.kind !== 'internal',
      );
    }),
    { numRuns: 600 },
  );
});
