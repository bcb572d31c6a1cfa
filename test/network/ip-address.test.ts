import assert from 'node:assert/strict';
import { BlockList, isIP } from 'node:net';
import test from 'node:test';
import fc from 'fast-check';
import { isInNetwork, parseIpAddress, parseIpNetwork } from '../../src/network/ip-address.ts';
import { isLoopback, specialPurposeOf } from '../../src/network/special-ranges.ts';

function isRefused(text: string): boolean {
  const address = parseIpAddress(text);
  return address === undefined || specialPurposeOf(address) !== undefined;
}

const IPV6_TABLE: readonly (readonly [address: string, isRefused: boolean])[] = [
  ['::', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['::ffff:a9fe:a9fe', true],
  ['::ffff:8.8.8.8', true],
  ['::a9fe:a9fe', true],
  ['::8.8.8.8', true],
  ['64:ff9b::169.254.169.254', true],
  ['64:ff9b::808:808', true],
  ['64:ff9b:1::1', true],
  ['100::1', true],
  ['100:0:0:1::1', true],
  ['2001::1', true],
  ['2001:0:a9fe:a9fe::1', true],
  ['2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff', true],
  ['2001:200::1', false],
  ['2001:db8::1', true],
  ['2001:db9::1', false],
  ['2001:4860:4860::8888', false],
  ['2002:a9fe:a9fe::1', true],
  ['2606:2800:220:1:248:1893:25c8:1946', false],
  ['2620:4f:8000::1', true],
  ['3fff:fff::1', true],
  ['3fff:1000::1', false],
  ['4000::1', true],
  ['5f00::1', true],
  ['fc00::1', true],
  ['fd00:ec2::254', true],
  ['fe80::1', true],
  ['fe80::1%eth0', true],
  ['2606:2800::1%1', true],
  ['fec0::1', true],
  ['ff02::1', true],
  ['1fff:ffff::1', true],
  ['2606:2800:220:1:248:1893:25c8', true],
  ['2606::2800::1', true],
  ['2606:2800:220:1:248:1893:25c8:1946:1', true],
  [':2606::1', true],
  ['2606:::1', true],
  ['2606:12345::1', true],
  ['2606::g', true],
  ['2606::1.2.3', true],
  ['2606::1.2.3.4:5', true],
];

for (const [address, refused] of IPV6_TABLE) {
  test(`the IPv6 address ${address} is ${refused ? 'refused' : 'a host on the Internet'}`, () => {
    assert.equal(isRefused(address), refused);
  });
}

const ODD_IPV4 = [
  '0177.0.0.1',
  '0x7f.0.0.1',
  '127.1',
  '2130706433',
  '0x7f000001',
  '017700000001',
  '127.0.0.01',
  '127.0.0.1.',
  '1.2.3.4.5',
  '256.1.1.1',
  '1.2.3',
  ' 8.8.8.8',
  '8.8.8.8 ',
  '8.8.8.-8',
  '8.8.8.8/0',
  '١.١.١.١',
  '8。8。8。8',
  '',
];

for (const spelling of ODD_IPV4) {
  test(`${JSON.stringify(spelling)} is no address`, () => assert.equal(parseIpAddress(spelling), undefined));
}

// Written apart from the table that is tested, from the registry of special-purpose addresses and RFC 5771.
const REFUSED_V4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const;

const toText = (value: number): string => [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff).join('.');
const toNumber = (text: string): number => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

/** Addresses everywhere, and many at the edges of the ranges, where slips are. */
const ipv4 = fc.oneof(
  fc.nat({ max: 0xffff_ffff }),
  fc
    .tuple(fc.constantFrom(...REFUSED_V4), fc.integer({ min: -2, max: 1 }), fc.boolean())
    .map(
      ([[base, bits], off, atEnd]) =>
        (toNumber(base) + (atEnd ? 2 ** (32 - bits) : 0) + off + 2 ** 32) % 2 ** 32,
    ),
);

test('IPv4 is refused exactly where Node’s own block list of the registry refuses it', () => {
  const list = new BlockList();
  for (const [base, bits] of REFUSED_V4) list.addSubnet(base, bits, 'ipv4');
  fc.assert(
    fc.property(ipv4, (value) => {
      const text = toText(value);
      assert.equal(isRefused(text), list.check(text, 'ipv4'), text);
    }),
    { numRuns: 2000 },
  );
});

test('IPv6 is refused exactly where Node’s own block list refuses it, and outside 2000::/3', () => {
  const list = new BlockList();
  for (const [base, bits] of [
    ['2001::', 23],
    ['2001:db8::', 32],
    ['2002::', 16],
    ['2620:4f:8000::', 48],
    ['3ffe::', 16],
    ['3fff::', 20],
  ] as const) {
    list.addSubnet(base, bits, 'ipv6');
  }
  const group = fc.oneof(fc.nat({ max: 0xffff }), fc.constantFrom(0, 1, 0xffff));
  const first = fc.oneof(
    fc.nat({ max: 0xffff }),
    fc.constantFrom(0x2001, 0x2002, 0x2003, 0x2620, 0x3ffe, 0x3fff, 0x1fff, 0x4000),
  );
  const second = fc.oneof(
    fc.nat({ max: 0xffff }),
    fc.constantFrom(0, 0x1ff, 0x200, 0xdb8, 0xdb7, 0xdb9, 0x4f, 0xfff, 0x1000),
  );
  const third = fc.oneof(fc.nat({ max: 0xffff }), fc.constantFrom(0x8000, 0x8001));
  fc.assert(
    fc.property(fc.tuple(first, second, third, group, group, group, group, group), (groups) => {
      const text = groups.map((each) => each.toString(16)).join(':');
      const isOutside = groups[0] < 0x2000 || groups[0] > 0x3fff;
      assert.equal(isRefused(text), isOutside || list.check(text, 'ipv6'), text);
    }),
    { numRuns: 2000 },
  );
});

test('whatever IPv4 address is embedded, its IPv6 disguises are refused', () => {
  fc.assert(
    fc.property(fc.nat({ max: 0xffff_ffff }), (value) => {
      const dotted = toText(value);
      const [high, low] = [(value >>> 16).toString(16), (value & 0xffff).toString(16)];
      for (const disguise of [
        `::ffff:${dotted}`,
        `::ffff:${high}:${low}`,
        `::${dotted}`,
        `64:ff9b::${dotted}`,
        `2002:${high}:${low}::1`,
        `2001:0:${high}:${low}::`,
        `::ffff:0:${dotted}`,
      ]) {
        assert.ok(isRefused(disguise), disguise);
      }
    }),
  );
});

test('every spelling of an IPv6 address that Node knows is read, and read the same', () => {
  fc.assert(
    fc.property(fc.ipV6(), (text) => {
      assert.equal(isIP(text), 6);
      const plain = new URL(`http://[${text}]/`).hostname.slice(1, -1);
      assert.deepEqual(parseIpAddress(text), parseIpAddress(plain), text);
      assert.notEqual(parseIpAddress(text), undefined, text);
    }),
  );
});

test('what Node does not take for an address is none for us', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...'0123456789abcdef:.%xX/ '.split('')), maxLength: 24 }),
      (text) => {
        if (parseIpAddress(text) !== undefined) assert.notEqual(isIP(text), 0, text);
      },
    ),
    { numRuns: 2000 },
  );
});

test('a network is a prefix whose other bits are zero', () => {
  const network = parseIpNetwork('10.20.0.0/15');
  assert.ok(network);
  assert.ok(isInNetwork(Uint8Array.of(10, 21, 255, 255), network));
  assert.ok(!isInNetwork(Uint8Array.of(10, 22, 0, 0), network));
  assert.ok(!isInNetwork(parseIpAddress('::ffff:10.20.0.1') ?? new Uint8Array(16), network));
  assert.equal(parseIpNetwork('10.20.0.1')?.bits, 32);
  for (const text of [
    '10.20.0.1/16',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0.0/',
    '10/8',
    '10.0.0.0/8/8',
    'fe80::1%eth0/64',
    '',
  ]) {
    assert.equal(parseIpNetwork(text), undefined, text);
  }
});

test('this machine is 127.0.0.0/8 and ::1, and no disguise of them', () => {
  const own = ['127.0.0.1', '127.255.255.255', '::1'].map((text) => parseIpAddress(text));
  const others = ['128.0.0.1', '::2', '::ffff:127.0.0.1', '::127.0.0.1'].map((text) => parseIpAddress(text));
  assert.ok(own.every((address) => address !== undefined && isLoopback(address)));
  assert.ok(others.every((address) => address !== undefined && !isLoopback(address)));
});
