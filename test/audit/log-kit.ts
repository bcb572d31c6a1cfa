import { join } from 'node:path';
import type { TestContext } from 'node:test';
import {
  AuditLog,
  type AuditLogOptions,
  type AuditVerification,
  type NewEntry,
  readCheckpoint,
  TileStore,
  verifyLog,
} from '../../src/audit/index.ts';
import { SecretBytes } from '../../src/bytes/index.ts';
import { Folder, openExclusiveLock } from '../../src/storage/index.ts';
import { temporaryFolder } from '../kit/temporary-home.ts';

export const SECRETS = {
  vault: 'AAAAAAAAAAAAAAAAAAAAAA',
  deriveKey: (label: string) => SecretBytes.take(new Uint8Array(32).fill(label.length)),
};

/** An act of somebody, numbered. */
export function intent(number: number): NewEntry {
  return {
    kind: 'intent',
    caller: { type: 'user', id: 'user:ada' },
    action: 'version:read',
    resource: `acme/churn@${number}`,
  };
}

export async function logOptions(t: Pick<TestContext, 'after'>): Promise<AuditLogOptions> {
  const folder = await temporaryFolder(t);
  const lock = openExclusiveLock(join(folder, 'sequencer.lock'));
  t.after(() => lock.close());
  return {
    path: join(folder, 'audit'),
    lock,
    secrets: SECRETS,
    process: { host: 'here', pid: process.pid, startedAt: '1' },
    isLive: () => false,
    now: () => new Date(),
  };
}

/** A closed log with as many acts. */
export async function closedLog(t: Pick<TestContext, 'after'>, acts: number): Promise<AuditLogOptions> {
  const options = await logOptions(t);
  const log = await AuditLog.open(options);
  await Promise.all(Array.from({ length: acts }, (_, number) => log.append(intent(number))));
  await log.close();
  return options;
}

/** Verifies a log as it lies there. */
export async function verifyAt(options: AuditLogOptions): Promise<AuditVerification> {
  const log = await AuditLog.open(options);
  try {
    return await verifyOpen(log, options.path);
  } finally {
    await log.close();
  }
}

/** Verifies a log that may be open, from its files alone. */
export async function verifyOpen(log: Pick<AuditLog, 'keys'>, path: string): Promise<AuditVerification> {
  await using base = await Folder.open(path);
  return await verifyLog({
    tiles: new TileStore(base),
    checkpoint: await readCheckpoint(base),
    key: log.keys.verifier,
    quantumKey: log.keys.quantumVerifier,
  });
}
