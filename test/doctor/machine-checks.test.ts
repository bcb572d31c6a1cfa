import assert from 'node:assert/strict';
import test from 'node:test';
import { checkMachine, type MachineFacts } from '../../src/doctor/index.ts';
import { expectLine, NOW } from './line-of.ts';

const GOOD: MachineFacts = {
  nodeVersion: '26.10.0',
  opensslVersion: '3.5.4',
  umask: 0o077,
  isRoot: false,
  coreLimit: 0,
  corePattern: 'core',
  swaps: [],
  dependencies: [{ name: 'zod', wanted: '^4.6.7', found: '4.7.0' }],
};

function look(facts: Partial<MachineFacts>) {
  return checkMachine({ ...GOOD, ...facts }, NOW);
}

test('a well-kept machine passes every line', () => {
  assert.deepEqual([...new Set(look({}).map(({ standing }) => standing))], ['pass']);
  assert.equal(look({}).length, 7);
});

test('an old Node.js fails, one whose line has ended warns', () => {
  expectLine(look({ nodeVersion: '22.19.0' }), 'node', ['fail', /22\.19\.0/]);
  expectLine(look({ nodeVersion: '24.19.9' }), 'node', ['fail', /24\.19\.9/]);
  expectLine(look({ nodeVersion: '24.20.0' }), 'node', ['pass', /24\.20\.0/]);
  expectLine(look({ nodeVersion: '25.2.0' }), 'node', ['warn', /no security fixes since 2026-06-01/]);
});

test('an OpenSSL without ML-KEM fails', () => {
  expectLine(look({ opensslVersion: '3.4.9' }), 'openssl', ['fail', /3\.4\.9/]);
  expectLine(look({ opensslVersion: '4.0.0' }), 'openssl', ['pass', /4\.0\.0/]);
});

test('a package that is missing, too old or of another major fails', () => {
  const found = (wanted: string, version: string | undefined) =>
    look({ dependencies: [{ name: 'a', wanted, ...(version !== undefined && { found: version }) }] });
  expectLine(found('^1.2.3', undefined), 'dependencies', ['fail', /a is missing \(wanted \^1\.2\.3\)/]);
  for (const wrong of ['1.2.2', '1.1.9', '2.0.0']) {
    expectLine(found('^1.2.3', wrong), 'dependencies', ['fail', /wanted/]);
  }
  expectLine(found('^0.3.1', '0.4.0'), 'dependencies', ['fail', /0\.4\.0/]);
  expectLine(found('^0.0.4', '0.0.5'), 'dependencies', ['fail', /0\.0\.5/]);
  expectLine(found('1.2.3', '1.2.4'), 'dependencies', ['fail', /1\.2\.4/]);
  for (const right of ['1.2.3', '1.2.10', '1.10.0']) {
    expectLine(found('^1.2.3', right), 'dependencies', ['pass', /1 packages/]);
  }
});

test('root and an open umask warn', () => {
  expectLine(look({ isRoot: true }), 'user', ['warn', /root/]);
  expectLine(look({ umask: 0o002 }), 'umask', ['warn', /0002/]);
  expectLine(look({ umask: 0o022 }), 'umask', ['pass', /0022/]);
});

test('core dumps warn unless none is written', () => {
  expectLine(look({ coreLimit: Infinity }), 'core-dumps', ['warn', /written to disk/]);
  expectLine(look({ corePattern: '|/usr/lib/systemd/systemd-coredump %P' }), 'core-dumps', [
    'warn',
    /systemd-coredump/,
  ]);
  expectLine(look({ corePattern: '', coreLimit: Infinity }), 'core-dumps', ['pass', /no core dumps/]);
});

test('swap on a disk warns, in memory or behind the device mapper it passes', () => {
  expectLine(look({ swaps: ['/swapfile', '/dev/zram0'] }), 'swap', ['warn', /\/swapfile,/]);
  expectLine(look({ swaps: ['/dev/zram0', '/dev/dm-1'] }), 'swap', ['pass', /device mapper/]);
});

test('what the system does not tell gives no line', () => {
  const { nodeVersion, opensslVersion, isRoot, dependencies } = GOOD;
  const names = checkMachine({ nodeVersion, opensslVersion, isRoot, dependencies }, NOW).map(
    ({ name }) => name,
  );
  assert.deepEqual(names, ['node', 'openssl', 'dependencies', 'user']);
});
