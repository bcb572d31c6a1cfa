import test from 'node:test';
import type { Key, RootSeal } from '../../src/api/index.ts';
import {
  type BackupFacts,
  checkBackups,
  checkHome,
  checkKeys,
  type HomeFacts,
  type KeyFacts,
} from '../../src/doctor/index.ts';
import { StrongroomError } from '../../src/errors/index.ts';
import { daysAgo, expectLine, NOW } from './line-of.ts';

const GIB = 2 ** 30;

function lookAtHome(facts: Partial<HomeFacts>) {
  const good = {
    modes: [],
    freeBytes: 50 * GIB,
    totalBytes: 100 * GIB,
    minFreeBytes: GIB,
    changedMs: NOW.getTime(),
  };
  return checkHome({ ...good, ...facts }, NOW);
}

test('modes: fails with what is open', () => {
  expectLine(lookAtHome({}), 'modes', ['pass', /only its owner/]);
  const modes = [{ path: 'root.key', problem: 'open-to-others', mode: 0o644 } as const];
  expectLine(lookAtHome({ modes }), 'modes', ['fail', /root\.key open-to-others \(644\)/]);
});

test('configuration: fails with what is wrong in it', () => {
  expectLine(lookAtHome({}), 'configuration', ['pass', /valid/]);
  const configProblem = new StrongroomError('CONFIG_INVALID', 'seal.sha256 is unknown');
  expectLine(lookAtHome({ configProblem }), 'configuration', ['fail', /seal\.sha256 is unknown/]);
});

test('disk: warns below a tenth, fails where put would refuse', () => {
  expectLine(lookAtHome({}), 'disk', ['pass', /50\.0 GiB free of 100\.0/]);
  expectLine(lookAtHome({ freeBytes: 9 * GIB }), 'disk', ['warn', /9\.0 GiB/]);
  expectLine(lookAtHome({ freeBytes: GIB / 2 }), 'disk', ['fail', /put refuses/]);
});

test('clock: fails when a file was changed in the future', () => {
  expectLine(lookAtHome({ changedMs: NOW.getTime() + 30_000 }), 'clock', ['pass', /no file/]);
  expectLine(lookAtHome({ changedMs: NOW.getTime() + 90_000 }), 'clock', ['fail', /90 seconds from now/]);
});

function sealOf(kind: RootSeal['kind']): RootSeal {
  return { id: kind, kind, createdAt: daysAgo(1), label: '' };
}

function keyOf(name: string, days: number): Key {
  return { name, versions: [{ version: 1, state: 'active', createdAt: daysAgo(days), blobCount: 0 }] };
}

function lookAtKeys(facts: Partial<KeyFacts>) {
  const seals = [sealOf('passphrase'), sealOf('shares')];
  return checkKeys({ seals, hasKeyInside: false, keys: [keyOf('acme', 10)], ...facts }, NOW);
}

test('keyring: fails with the reason why the home does not open', () => {
  expectLine(lookAtKeys({}), 'keyring', ['pass', /it opens/]);
  const openProblem = new StrongroomError(
    'KEYRING_ROLLED_BACK',
    'the keyring is older than the catalogue knows',
  );
  expectLine(lookAtKeys({ openProblem }), 'keyring', ['fail', /older than/]);
});

test('root key: warns when it lies inside the home', () => {
  expectLine(lookAtKeys({}), 'root-key-place', ['pass', /does not/]);
  expectLine(lookAtKeys({ hasKeyInside: true }), 'root-key-place', ['warn', /inside the home/]);
});

test('root seals: warns for a single one, fails for none', () => {
  expectLine(lookAtKeys({}), 'root-seals', ['pass', /passphrase, shares/]);
  expectLine(lookAtKeys({ seals: [sealOf('passphrase')] }), 'root-seals', [
    'warn',
    /only one root seal, passphrase/,
  ]);
  expectLine(lookAtKeys({ seals: [] }), 'root-seals', ['fail', /no root seal/]);
});

test('rotation: warns for a key in use for more than two years', () => {
  expectLine(lookAtKeys({}), 'rotation', ['pass', /no key/]);
  expectLine(lookAtKeys({ keys: [keyOf('new', 1), keyOf('old', 731)] }), 'rotation', ['warn', /: old$/]);
});

function lookAtBackups(facts: Partial<BackupFacts>) {
  return checkBackups({ vault: 'v', ...facts }, NOW);
}

test('backups: warns for none and for one of more than a week, fails after a month', () => {
  expectLine(lookAtBackups({}), 'age', ['warn', /never/]);
  expectLine(lookAtBackups({ lastAt: daysAgo(6.9) }), 'age', ['pass', /6 days/]);
  expectLine(lookAtBackups({ lastAt: daysAgo(8) }), 'age', ['warn', /8 days/]);
  expectLine(lookAtBackups({ lastAt: daysAgo(32) }), 'age', ['fail', /32 days/]);
});

test('a named backup: its own age counts; another strongroom fails, the same disk warns', () => {
  const named = { vault: 'v', createdAt: daysAgo(20), isOnSameDisk: false };
  const good = lookAtBackups({ lastAt: daysAgo(1), named });
  expectLine(good, 'age', ['warn', /20 days/]);
  expectLine(good, 'vault', ['pass', /this strongroom/]);
  expectLine(good, 'place', ['pass', /not on the disk/]);
  const bad = lookAtBackups({ named: { ...named, vault: 'w', isOnSameDisk: true } });
  expectLine(bad, 'vault', ['fail', /another strongroom/]);
  expectLine(bad, 'place', ['warn', /same disk/]);
});
