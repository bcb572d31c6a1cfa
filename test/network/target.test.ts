import assert from 'node:assert/strict';
import test from 'node:test';
import { isStrongroomError } from '../../src/errors/index.ts';
import { isHostAllowed, parseHostRule } from '../../src/network/host-list.ts';
import { parseProxy } from '../../src/network/proxy.ts';
import { parseRedirect, parseTarget } from '../../src/network/target.ts';

const REFUSED: readonly (readonly [what: string, url: string])[] = [
  ['another scheme', 'ftp://files.test/m'],
  ['a file', 'file:///etc/passwd'],
  ['data', 'data:text/plain,hello'],
  ['no scheme', 'files.test/m'],
  ['no host', 'https:///m'],
  ['a scheme without slashes', 'https:files.test/m'],
  ['a user name', 'https://user@files.test/m'],
  ['a user name and password', 'https://user:secret@files.test/m'],
  ['an empty user name', 'https://@files.test/m'],
  ['a host that looks like a user name', 'https://files.test\\@evil.test/m'],
  ['a backslash', 'https:\\\\files.test\\m'],
  ['a line feed in the host', 'https://files\n.test/m'],
  ['a tab in the scheme', 'ht\ttps://files.test/m'],
  ['a blank before it', ' https://files.test/m'],
  ['an encoded host', 'https://files%2etest/m'],
  ['an encoded address', 'https://%31%32%37.0.0.1/m'],
  ['octal IPv4', 'https://0177.0.0.1/m'],
  ['hexadecimal IPv4', 'https://0x7f.0.0.1/m'],
  ['IPv4 as one number', 'https://2130706433/m'],
  ['IPv4 as one hexadecimal number', 'https://0x7f000001/m'],
  ['short IPv4', 'https://127.1/m'],
  ['IPv4 of circled digits', 'https://①②⑦.0.0.1/m'],
  ['IPv4 of wide digits', 'https://127.0.0.１/m'],
  ['IPv4 with ideographic stops', 'https://127。0。0。1/m'],
  ['IPv4 with a final dot', 'https://127.0.0.1./m'],
  ['IPv4 beyond its range', 'https://256.0.0.1/m'],
  ['an IPv6 zone', 'https://[fe80::1%25eth0]/m'],
  ['a bare IPv6 zone', 'https://[fe80::1%eth0]/m'],
  ['an IPv6 address without brackets', 'https://::1/m'],
  ['an empty label', 'https://files..test/m'],
  ['a port beyond the last', 'https://files.test:65536/m'],
  ['9,000 characters', `https://files.test/${'m'.repeat(9000)}`],
];

for (const [what, url] of REFUSED) {
  test(`an address with ${what} is refused`, () => {
    assert.throws(
      () => parseTarget(url),
      (error) => isStrongroomError(error, 'NETWORK_URL_REFUSED'),
    );
  });
}

test('an address is read as it is meant, and shown without what may be secret', () => {
  const { host, port, path, shown, isTls } = parseTarget('https://Files.TEST.:8443/a/m.bin?sig=secret#part');
  assert.deepEqual([host, port, path, isTls], ['files.test', 8443, '/a/m.bin?sig=secret', true]);
  assert.ok(!shown.includes('secret'));
});

test('IPv6 is read in every spelling, and is its address', () => {
  for (const url of ['https://[2606:2800::1]/', 'https://[2606:2800:0:0:0:0:0:1]/']) {
    const { host, address } = parseTarget(url);
    assert.deepEqual([host, address?.length], ['2606:2800::1', 16]);
  }
});

test('a redirect is read from where it was said, as strictly as an address', () => {
  const from = parseTarget('https://files.test:8443/a/m.bin?sig=secret');
  assert.equal(parseRedirect('../b/n.bin?x=1', from).path, '/b/n.bin?x=1');
  assert.equal(parseRedirect('//mirror.test/n', from).host, 'mirror.test');
  for (const location of [
    '//0x7f.1/n',
    '//user@mirror.test/n',
    'https://127.1/',
    '/\\evil.test/',
    '\thttps://evil.test/',
    'javascript:alert(1)',
    'gopher://files.test/',
  ]) {
    assert.throws(
      () => parseRedirect(location, from),
      (error) => isStrongroomError(error, 'NETWORK_URL_REFUSED'),
      location,
    );
  }
});

const ALLOWED: readonly (readonly [rule: string, host: string, port: number, isAllowed: boolean])[] = [
  ['example.org', 'example.org', 443, true],
  ['EXAMPLE.org.', 'example.org', 443, true],
  ['example.org', 'www.example.org', 443, false],
  ['example.org', 'example.org', 8443, false],
  ['example.org:8443', 'example.org', 8443, true],
  ['example.org:8443', 'example.org', 443, false],
  ['*.example.org', 'www.example.org', 443, true],
  ['*.example.org', 'a.b.example.org', 443, true],
  ['*.example.org', 'example.org', 443, false],
  ['*.example.org', 'badexample.org', 443, false],
  ['*.example.org', 'example.org.evil.test', 443, false],
  ['bücher.example', 'xn--bcher-kva.example', 443, true],
  ['[2606:2800::1]:8443', '2606:2800::1', 8443, true],
];

for (const [rule, host, port, isAllowed] of ALLOWED) {
  test(`the rule ${rule} ${isAllowed ? 'allows' : 'does not allow'} ${host}:${port}`, () => {
    assert.equal(isHostAllowed([parseHostRule(rule)], { host, port }), isAllowed);
  });
}

for (const text of [
  '',
  '*',
  '*.org',
  '*.1.2.3.4',
  '*.*.example.org',
  'a*.example.org',
  'https://example.org',
  'example.org/x',
  'user@example.org',
  'example.org:0',
  'example.org:65536',
  'exa mple.org',
  '%65xample.org',
]) {
  test(`${JSON.stringify(text)} is no rule for hosts`, () => {
    assert.throws(
      () => parseHostRule(text),
      (error) => isStrongroomError(error, 'INPUT_INVALID'),
    );
  });
}

test('a proxy is a scheme, a host and a port', () => {
  assert.deepEqual(parseProxy('http://proxy.test:3128'), { isTls: false, host: 'proxy.test', port: 3128 });
  for (const text of [
    'proxy.test:3128',
    'http://user:secret@proxy.test:3128',
    'socks5://proxy.test',
    'http://proxy.test/path',
  ]) {
    assert.throws(
      () => parseProxy(text),
      (error) => isStrongroomError(error, 'INPUT_INVALID') && !error.message.includes('secret'),
    );
  }
});
