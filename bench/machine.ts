import { arch, cpus, platform, release, totalmem } from 'node:os';

/** What the figures were measured on. */
export function describeMachine(): Readonly<Record<string, string | number>> {
  const [first] = cpus();
  return {
    cpu: first?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    openssl: process.versions.openssl,
  };
}
