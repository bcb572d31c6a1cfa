import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

const ROOT = join(import.meta.dirname, '../..');

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly allowScripts: Readonly<Record<string, boolean>>;
}

interface LockedPackage {
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
}

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(join(ROOT, name), 'utf8'));
}

const manifest = readJson('package.json') as Manifest;
const { packages } = readJson('package-lock.json') as { packages: Readonly<Record<string, LockedPackage>> };
const installed = Object.entries(packages).filter(([path]) => path !== '');

test('every package is locked with an integrity hash', () => {
  const unlocked = installed.filter(([, { integrity }]) => integrity === undefined).map(([path]) => path);
  assert.deepEqual(unlocked, []);
});

test('only packages that package.json names may run an install script', () => {
  const withScript = installed
    .filter(([, { hasInstallScript }]) => hasInstallScript === true)
    .map(([path]) => path.replace(/^.*node_modules\//, ''));
  assert.deepEqual(
    withScript.filter((name) => !(name in manifest.allowScripts)),
    [],
  );
});

test('every direct dependency has its reason in docs/dependencies.md', () => {
  const page = readFileSync(join(ROOT, 'docs/dependencies.md'), 'utf8');
  const unnamed = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
    (name) => !page.includes(name),
  );
  assert.deepEqual(unnamed, []);
});
