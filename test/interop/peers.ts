import { spawnSync } from 'node:child_process';
import { findPythonPeer, PYTHON, type PythonPeer } from './python-peer.ts';

/** Of any version: Fernet has not changed. */
const CRYPTOGRAPHY: PythonPeer = {
  name: 'cryptography',
  packages: ['cryptography'],
  probe: 'import cryptography.fernet',
};

/** Programs of others that we are tried against. */
export interface Peers {
  readonly age: boolean;
  readonly zstd: boolean;
  /** Path of Chromium. */
  readonly chromium: string | undefined;
  /** A Python that has `cryptography`; name one in STRONGROOM_INTEROP_PYTHON. */
  readonly python: string | undefined;
}

/** Finds the peers on this machine; as root on Debian and its kin, installs what is missing first. */
export function findPeers(): Peers {
  for (const name of ['age', 'zstd', 'chromium']) if (!isCommand(name)) installPackage(name);
  const hasCryptography = spawnSync(PYTHON, ['-c', 'import cryptography.fernet']).status === 0;
  const python = hasCryptography ? PYTHON : findPythonPeer(CRYPTOGRAPHY);
  return {
    age: isCommand('age') && isCommand('age-keygen'),
    zstd: isCommand('zstd'),
    chromium: isCommand('chromium') ? pathOf('chromium') : undefined,
    python,
  };
}

function isCommand(name: string): boolean {
  return spawnSync(name, ['--version'], { stdio: 'ignore' }).error === undefined;
}

function pathOf(name: string): string {
  return spawnSync('which', [name], { encoding: 'utf8' }).stdout.trim();
}

function installPackage(name: string): void {
  if (process.getuid?.() !== 0 || !isCommand('apt-get')) return;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const install = (): boolean =>
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', name], { stdio: 'ignore', env })
      .status === 0;
  if (install()) return;
  spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore', env });
  install();
}
