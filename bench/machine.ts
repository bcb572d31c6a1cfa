import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os';

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
    /** Before anything was measured: what others were doing on the machine. */
    loadBefore: Number((loadavg()[0] ?? 0).toFixed(1)),
  };
}
