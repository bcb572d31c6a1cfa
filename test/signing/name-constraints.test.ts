import assert from 'node:assert/strict';
import test from 'node:test';
import { verifyChain } from '../../src/signing/index.ts';
import {
  DIRECTORY,
  DNS,
  distinguishedName,
  EMAIL,
  goodChain,
  IP,
  type Issued,
  issue,
  newKey,
  textTree,
  URI,
} from './certificate-kit.ts';
import { refusal } from './refusal.ts';

const { root } = goodChain();

function verify(chain: readonly Issued[]): void {
  const certificates = chain.map(({ certificate }) => certificate);
  verifyChain(certificates, { roots: [root.certificate], at: new Date('2026-06-01T00:00:00Z') });
}

interface Constrained {
  readonly what: string;
  readonly permitted?: readonly ReturnType<typeof textTree>[];
  readonly excluded?: readonly ReturnType<typeof textTree>[];
  readonly names: readonly ReturnType<typeof textTree>[];
  readonly isAllowed: boolean;
}

const directory = (...names: readonly string[]): ReturnType<typeof textTree> => ({
  tag: DIRECTORY,
  value: distinguishedName(...names),
});

const CONSTRAINED: readonly Constrained[] = [
  {
    what: 'mail of the host',
    permitted: [textTree(EMAIL, 'example.org')],
    names: [textTree(EMAIL, 'ml@example.org')],
    isAllowed: true,
  },
  {
    what: 'mail of a host below',
    permitted: [textTree(EMAIL, 'example.org')],
    names: [textTree(EMAIL, 'ml@a.example.org')],
    isAllowed: false,
  },
  {
    what: 'mail of a domain',
    permitted: [textTree(EMAIL, '.example.org')],
    names: [textTree(EMAIL, 'ml@a.example.org')],
    isAllowed: true,
  },
  {
    what: 'mail of a host that ends alike',
    permitted: [textTree(EMAIL, 'example.org')],
    names: [textTree(EMAIL, 'ml@evil-example.org')],
    isAllowed: false,
  },
  {
    what: 'one mailbox',
    permitted: [textTree(EMAIL, 'ml@example.org')],
    names: [textTree(EMAIL, 'ml@EXAMPLE.org')],
    isAllowed: true,
  },
  {
    what: 'another mailbox',
    permitted: [textTree(EMAIL, 'ml@example.org')],
    names: [textTree(EMAIL, 'ML@example.org')],
    isAllowed: false,
  },
  {
    what: 'one good name and a bad one',
    permitted: [textTree(DNS, 'example.org')],
    names: [textTree(DNS, 'a.example.org'), textTree(DNS, 'example.com')],
    isAllowed: false,
  },
  {
    what: 'a host',
    permitted: [textTree(DNS, 'example.org')],
    names: [textTree(DNS, 'A.Example.org')],
    isAllowed: true,
  },
  {
    what: 'a host that ends alike',
    permitted: [textTree(DNS, 'example.org')],
    names: [textTree(DNS, 'evilexample.org')],
    isAllowed: false,
  },
  {
    what: 'an excluded host',
    excluded: [textTree(DNS, 'example.org')],
    names: [textTree(DNS, 'a.example.org')],
    isAllowed: false,
  },
  {
    what: 'an address on the host',
    permitted: [textTree(URI, 'example.org')],
    names: [textTree(URI, 'https://example.org/ml')],
    isAllowed: true,
  },
  {
    what: 'an address on another host',
    permitted: [textTree(URI, 'example.org')],
    names: [textTree(URI, 'https://example.org@evil.com/')],
    isAllowed: false,
  },
  {
    what: 'an address without a host',
    permitted: [textTree(URI, '.example.org')],
    names: [textTree(URI, 'urn:ml:team')],
    isAllowed: false,
  },
  {
    what: 'a name of a kind that is not constrained',
    permitted: [textTree(DNS, 'example.org')],
    names: [textTree(EMAIL, 'ml@example.com')],
    isAllowed: true,
  },
  { what: 'the subject under its directory', permitted: [directory('Org')], names: [], isAllowed: true },
  {
    what: 'the subject under another directory',
    permitted: [directory('Other')],
    names: [],
    isAllowed: false,
  },
  { what: 'an excluded directory', excluded: [directory('Org')], names: [], isAllowed: false },
  {
    what: 'a kind that is not compared',
    permitted: [{ tag: IP, value: Buffer.alloc(8) }],
    names: [],
    isAllowed: false,
  },
];

for (const { what, names, isAllowed, ...constraints } of CONSTRAINED) {
  test(`name constraints ${isAllowed ? 'let pass' : 'refuse'} ${what}`, () => {
    const issuer = issue({
      subject: distinguishedName('Org', 'Issuer'),
      key: newKey(),
      issuer: root,
      isCa: true,
      ...constraints,
    });
    const chain = [
      issue({ subject: distinguishedName('Org', 'Signer'), key: newKey(), issuer, names }),
      issuer,
    ];
    if (isAllowed) verify(chain);
    else assert.throws(() => verify(chain), refusal('CERTIFICATE_REFUSED'));
  });
}
