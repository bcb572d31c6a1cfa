import { fail, type Line, listed, pass, warn } from './line.ts';

/** What is known of the machine and the process. What the system does not tell is absent, and gives no line. */
export interface MachineFacts {
  /** `26.10.0`. */
  readonly nodeVersion: string;
  /** `3.5.4`. */
  readonly opensslVersion: string;
  /** As it was when the process started. */
  readonly umask?: number;
  readonly isRoot: boolean;
  /** Soft limit of core files in bytes; Infinity: none. */
  readonly coreLimit?: number;
  /** `core`, or `|/usr/lib/…` for a program that takes them. */
  readonly corePattern?: string;
  /** Files and devices that memory is swapped to. */
  readonly swaps?: readonly string[];
  readonly dependencies: readonly Dependency[];
}

/** A package that we need, as package.json asks for it and as it is there. */
export interface Dependency {
  readonly name: string;
  /** `^5.1.0`. */
  readonly wanted: string;
  readonly found?: string;
}

/** The Node that package.json asks for. */
const NEEDED_NODE = [24, 20] as const;
/** The OpenSSL that knows ML-KEM and ML-DSA. */
const NEEDED_OPENSSL = [3, 5] as const;
/** When lines of Node end (the schedule of the Node.js release working group). */
const NODE_ENDS: Readonly<Record<number, string>> = { 24: '2028-04-30', 25: '2026-06-01', 26: '2029-04-30' };

/** Checks the machine and the process. */
export function checkMachine(facts: MachineFacts, now: Date): readonly Line[] {
  return [
    checkNode(facts, now),
    checkOpenssl(facts),
    checkDependencies(facts.dependencies),
    checkUser(facts),
    ...(facts.umask === undefined ? [] : [checkUmask(facts.umask)]),
    ...checkCoreDumps(facts),
    ...(facts.swaps === undefined ? [] : [checkSwap(facts.swaps)]),
  ];
}

function checkNode({ nodeVersion }: MachineFacts, now: Date): Line {
  const name = { area: 'machine', name: 'node' } as const;
  if (!isAtLeast(nodeVersion, NEEDED_NODE)) {
    return fail(name, `Node.js ${nodeVersion}`, `use Node.js ${NEEDED_NODE.join('.')} or newer`);
  }
  const end = NODE_ENDS[numbersOf(nodeVersion)[0] ?? 0];
  const isOver = end !== undefined && now.getTime() > Date.parse(end);
  return isOver
    ? warn(name, `Node.js ${nodeVersion} has had no security fixes since ${end}`, 'use a newer Node.js')
    : pass(name, `Node.js ${nodeVersion}`);
}

function checkOpenssl({ opensslVersion }: MachineFacts): Line {
  const name = { area: 'machine', name: 'openssl' } as const;
  return isAtLeast(opensslVersion, NEEDED_OPENSSL)
    ? pass(name, `OpenSSL ${opensslVersion}`)
    : fail(name, `OpenSSL ${opensslVersion}`, 'use a Node.js that is built with OpenSSL 3.5 or newer');
}

function checkDependencies(dependencies: readonly Dependency[]): Line {
  const name = { area: 'machine', name: 'dependencies' } as const;
  const wrong = dependencies.filter((each) => !isWanted(each));
  if (wrong.length === 0) return pass(name, `${dependencies.length} packages, as package.json asks for them`);
  const told = wrong.map((each) => `${each.name} ${each.found ?? 'is missing'} (wanted ${each.wanted})`);
  return fail(name, listed(told), 'install anew: npm ci');
}

/** Caret ranges and exact versions, which is all that we write. */
function isWanted({ wanted, found }: Dependency): boolean {
  if (found === undefined) return false;
  const [least, here] = [numbersOf(wanted.replace(/^\^/, '')), numbersOf(found)];
  if (!wanted.startsWith('^')) return least.join('.') === here.join('.');
  const fixed = least.findIndex((part) => part > 0);
  return isAtLeast(found, least) && least.slice(0, fixed + 1).every((part, at) => part === here[at]);
}

function checkUser({ isRoot }: MachineFacts): Line {
  const name = { area: 'machine', name: 'user' } as const;
  return isRoot
    ? warn(
        name,
        'this runs as root',
        'run strongroom as a user of its own, which owns the home and nothing else',
      )
    : pass(name, 'not root');
}

function checkUmask(umask: number): Line {
  const name = { area: 'machine', name: 'umask' } as const;
  const told = `umask ${umask.toString(8).padStart(4, '0')}`;
  return (umask & 0o022) === 0o022
    ? pass(name, told)
    : warn(name, `${told}: others may change what is made here`, 'umask 0077, or UMask=0077 in the unit');
}

function checkCoreDumps({ coreLimit, corePattern }: MachineFacts): readonly Line[] {
  const name = { area: 'machine', name: 'core-dumps' } as const;
  if (corePattern === undefined && coreLimit === undefined) return [];
  // A program behind a pipe gets the dump whatever the limit says, unless the limit is exactly zero and it asks.
  const isPiped = corePattern?.startsWith('|') === true;
  if (corePattern === '' || (coreLimit === 0 && !isPiped)) return [pass(name, 'no core dumps')];
  const where = isPiped ? `go to ${corePattern.slice(1).split(' ')[0]}` : 'are written to disk';
  return [
    warn(
      name,
      `core dumps ${where}, and hold keys`,
      'ulimit -c 0, LimitCORE=0 in the unit, or kernel.core_pattern=|/bin/false',
    ),
  ];
}

function checkSwap(swaps: readonly string[]): Line {
  const name = { area: 'machine', name: 'swap' } as const;
  // zram is memory, and a dm device is commonly an encrypted one.
  const onDisk = swaps.filter((swap) => !/^\/dev\/(?:zram|dm-|mapper\/)/.test(swap));
  return onDisk.length === 0
    ? pass(
        name,
        swaps.length === 0 ? 'no swap' : `swap in memory or behind the device mapper: ${listed(swaps)}`,
      )
    : warn(
        name,
        `memory may be swapped to ${listed(onDisk)}, keys with it`,
        'encrypt the swap, or switch it off: swapoff -a, MemorySwapMax=0 in the unit',
      );
}

function numbersOf(version: string): readonly number[] {
  return version.split('.').map((part) => Number.parseInt(part, 10) || 0);
}

function isAtLeast(version: string, least: readonly number[]): boolean {
  const here = numbersOf(version);
  for (const [at, part] of least.entries()) {
    const own = here[at] ?? 0;
    if (own !== part) return own > part;
  }
  return true;
}
