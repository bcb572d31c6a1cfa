import { Access, Blocks, Lockdown } from '../access/index.ts';
import { parseCompression } from '../api/index.ts';
import type { AuditLog } from '../audit/index.ts';
import type { Config, ConfigSources } from '../config.ts';
import type { SegmentPool } from '../container/index.ts';
import type { Keyring } from '../keyring/index.ts';
import { createRegistry } from '../registry/index.ts';
import { processExists, thisProcess } from '../runtime/index.ts';
import {
  auditModes,
  type Catalogue,
  type FsBlobStore,
  freeBytes,
  type LeaseHolder,
  type LeaseRow,
  processStartedAt,
  readSmallFile,
} from '../storage/index.ts';
import {
  type AuditRecorder,
  type Authorizer,
  createGate,
  InputSchemas,
  type Recorder,
  Rollouts,
  recordSecurityEvent,
  type Scanner,
  type StrongroomDeps,
} from '../vault/index.ts';
import { defaultRootKeyFile, isKeyFile, MAX_SECRET_FILE_BYTES } from './home-layout.ts';
import { openDefence } from './open-defence.ts';
import { openFederation } from './open-federation.ts';
import { openIdentity } from './open-identity.ts';
import { secretReading } from './secret-settings.ts';

/** The clock of this machine. */
export const CLOCK = { now: () => new Date() };

/** What the verbs of one home work with. */
export interface HomeDeps extends StrongroomDeps {
  readonly recorder: Recorder;
}

/** The opened parts of a home. */
export interface HomeParts {
  readonly audit: AuditLog;
  readonly recorder: AuditRecorder;
  readonly home: string;
  readonly config: Config;
  readonly env: ConfigSources['env'];
  readonly blobs: FsBlobStore;
  readonly catalogue: Catalogue;
  readonly keyring: Keyring;
  readonly pool: SegmentPool;
  readonly scanner: Scanner;
}

/** Puts the parts of a home together, apart from the models that it serves. */
export function composeDeps(parts: HomeParts): Omit<HomeDeps, 'predictions'> {
  const { home, config, blobs, catalogue, keyring, pool, scanner, audit, recorder } = parts;
  const clock = CLOCK;
  const access = new Access({ catalogue, seal: keyring, now: clock.now });
  const identity = openIdentity({
    config: config.access,
    access,
    catalogue,
    keyring,
    now: clock.now,
    onEvent: (event) => recordSecurityEvent(recorder, event),
  });
  const federation = openFederation({
    config,
    secrets: secretReading(home, parts.env, keyring),
    identity,
    catalogue,
    keyring,
    now: clock.now,
  });
  const lockdown = new Lockdown({ catalogue, seal: keyring, now: clock.now });
  const authorizer: Authorizer = {
    rightsOf: (caller) => access.rightsOf(caller),
    isCredentialLive: (caller) => identity.authenticator.isLive(caller),
    assertOpen: (action) => lockdown.assertMay(action),
  };
  return {
    access,
    identity,
    federation,
    blocks: new Blocks({ catalogue, seal: keyring, now: clock.now }),
    schemas: new InputSchemas({ catalogue, seal: keyring, now: clock.now }),
    rollouts: new Rollouts({ catalogue, seal: keyring }),
    lockdown,
    defence: openDefence({ settings: config.defence, catalogue, keyring, audit, clock }),
    recorder,
    audit,
    gate: createGate({ authorizer, recorder }),
    registry: createRegistry({ catalogue, seal: keyring, now: () => clock.now().toISOString() }),
    catalogue,
    keyring,
    blobs,
    pool,
    clock,
    leaseholder: { holder: ourselves(), isLive: (lease) => isLeaseLive(lease, clock.now()) },
    limits: {
      maxFileBytes: config.limits.max_file_bytes,
      maxFiles: config.limits.max_files,
      minFreeBytes: config.limits.min_free_bytes,
      destroyGraceDays: config.keys.destroy_grace_days,
      freeBytes: () => freeBytes(home),
    },
    sealDefaults: {
      compression: parseCompression(config.seal.compression),
      withSha512: config.seal.sha512,
    },
    scanner,
    warnings: () => homeWarnings(home),
  };
}

function ourselves(): LeaseHolder {
  const { host, pid } = thisProcess();
  return { host, pid, startedAt: processStartedAt(pid) ?? '' };
}

/** On our own machine a lease lives as long as its process; of another machine we know only the time. */
function isLeaseLive(lease: LeaseRow, now: Date): boolean {
  const { host, pid, startedAt } = lease.holder;
  if (host !== thisProcess().host) return Date.parse(lease.expiresAt) > now.getTime();
  const started = processStartedAt(pid);
  return started === undefined ? startedAt === '' && processExists(pid) : started === startedAt;
}

async function homeWarnings(home: string): Promise<readonly string[]> {
  const findings = await auditModes(home, { isKeyFile });
  const warnings = findings.map(({ path, problem }) => `${path}: ${problem.replaceAll('-', ' ')}`);
  const hasKeyInside = (await readSmallFile(defaultRootKeyFile(home), MAX_SECRET_FILE_BYTES)) !== undefined;
  if (hasKeyInside) {
    warnings.push(
      'the root key lies inside the home: whoever copies the folder can open it (strongroom root add)',
    );
  }
  return warnings;
}
