// One measurement of the audit log in a process of its own: `audit-work FOLDER batched|published|alone|grow|verify|prove
// [COUNT]`. Prints what it measured as JSON.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  AuditLog,
  AuditReader,
  deriveAuditKeys,
  type NewEntry,
  readCheckpoint,
  TileStore,
  verifyLog,
} from '../src/audit/index.ts';
import { SecretBytes } from '../src/bytes/index.ts';
import { Folder, openExclusiveLock } from '../src/storage/index.ts';

const [folder = '', work = '', count = '0'] = process.argv.slice(2);
const total = Number(count);
const TOGETHER = 6000;
const SECRETS = {
  vault: 'AAAAAAAAAAAAAAAAAAAAAA',
  deriveKey: (label: string) => SecretBytes.take(new Uint8Array(32).fill(label.length)),
};
const path = join(folder, 'audit');

const WORKS: Readonly<Record<string, () => Promise<{ value: number; samples?: readonly number[] }>>> = {
  batched: () => withFreshLog(async (log) => ({ value: total / (await seconds(() => appendMany(log))) })),
  published: () =>
    withFreshLog(async (log) => ({
      value:
        total /
        (await seconds(async () => {
          await appendMany(log);
          await log.sequence();
        })),
    })),
  alone: () =>
    withFreshLog(async (log) => {
      const samples: number[] = [];
      for (let at = 0; at < total; at++) samples.push(1000 * (await seconds(() => log.append(entryOf(at)))));
      return { value: samples.toSorted((a, b) => a - b)[Math.floor(total * 0.99)] ?? 0, samples };
    }),
  grow: () => withFreshLog(async (log) => ({ value: await seconds(() => appendMany(log)) })),
  verify: async () => {
    const keys = deriveAuditKeys(SECRETS);
    await using base = await Folder.open(path);
    const value = await seconds(async () => {
      const { isSound, findings } = await verifyLog({
        tiles: new TileStore(base),
        checkpoint: await readCheckpoint(base),
        key: keys.verifier,
        quantumKey: keys.quantumVerifier,
      });
      if (!isSound) throw new Error(`the log is not sound: ${JSON.stringify(findings.slice(0, 3))}`);
    });
    return { value };
  },
  prove: async () => {
    const keys = deriveAuditKeys(SECRETS);
    await using base = await Folder.open(path);
    const samples: number[] = [];
    for (let at = 0; at < total; at++) {
      samples.push(
        1000 *
          (await seconds(async () => {
            const reader = await AuditReader.open(base, keys.verifier);
            await reader.inclusionFile(Math.floor((reader.checkpoint.size * at) / total));
          })),
      );
    }
    return { value: samples.toSorted((a, b) => a - b)[Math.floor(total / 2)] ?? 0, samples };
  },
};

const measured = await WORKS[work]?.();
if (measured === undefined) throw new Error(`no work ${work}`);
console.log(JSON.stringify({ ...measured, rssMiB: process.resourceUsage().maxRSS / 1024 }));

async function withFreshLog<T>(use: (log: AuditLog) => Promise<T>): Promise<T> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const lock = openExclusiveLock(join(folder, 'lock'));
  const log = await AuditLog.open({
    path,
    lock,
    secrets: SECRETS,
    process: { host: 'here', pid: process.pid, startedAt: '1' },
    isLive: () => false,
    now: () => new Date(),
  });
  try {
    return await use(log);
  } finally {
    await log.close();
    lock.close();
  }
}

async function appendMany(log: AuditLog): Promise<void> {
  for (let from = 0; from < total; from += TOGETHER) {
    const some = Math.min(TOGETHER, total - from);
    await Promise.all(Array.from({ length: some }, (_, at) => log.append(entryOf(from + at))));
  }
}

function entryOf(number: number): NewEntry {
  return {
    kind: 'act',
    caller: { type: 'user', id: 'user:ada', methods: ['pwd', 'otp'], credential: 'Yx3vNn0q8Zr2' },
    requestId: `request-${number}`,
    action: 'version:read',
    resource: `acme/churn@${number % 1000}`,
    rule: 'grant 7Jm2: developer on acme',
    outcome: 'done',
  };
}

async function seconds(what: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await what();
  return (performance.now() - start) / 1000;
}
