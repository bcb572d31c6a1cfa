import type { Access, Blocks, Federation, IdentityParts, Lockdown } from '../access/index.ts';
import type { Compression } from '../api/index.ts';
import type { AuditLog } from '../audit/index.ts';
import type { ByteSource } from '../bytes/index.ts';
import type { Identity, Recipient, SegmentPool } from '../container/index.ts';
import type { Keyring } from '../keyring/index.ts';
import type { Registry } from '../registry/index.ts';
import type { RuleSet, ScanReport } from '../scan/index.ts';
import type { BlobStore, Catalogue, LeaseHolder, LeaseJudge } from '../storage/index.ts';
import type { Defence } from './defence.ts';
import type { Gate } from './gate.ts';
import type { InputSchemas } from './input-schemas.ts';
import type { Rollouts } from './rollouts.ts';

/**
 * Everything that the verbs may be handed. No verb takes all of it: each file declares the narrow type that it
 * uses, so that its signature is its list of powers.
 */
export interface VaultDeps {
  readonly access: Access;
  readonly identity: IdentityParts;
  readonly federation: Federation;
  readonly blocks: Blocks;
  readonly lockdown: Lockdown;
  readonly defence: Defence;
  readonly audit: AuditLog;
  readonly schemas: InputSchemas;
  readonly rollouts: Rollouts;
  readonly gate: Gate;
  readonly registry: Registry;
  readonly catalogue: Catalogue;
  readonly keyring: Keyring;
  readonly blobs: BlobStore;
  readonly pool: SegmentPool;
  readonly clock: Clock;
  readonly leaseholder: Leaseholder;
  readonly limits: VaultLimits;
  readonly sealDefaults: SealDefaults;
  readonly scanner: Scanner;
}

/** What looks into files before they are let in. */
export interface Scanner {
  /** The rules in force; a report of other ones is out of date. */
  readonly ruleSet: RuleSet;
  /** Throws what reading the source throws, and `ABORTED`; whatever else goes wrong stands in the report. */
  scan(source: ByteSource, options: ScanWords): Promise<ScanReport>;
}

export interface ScanWords {
  /** What the file is called; hostile text. */
  readonly name: string;
  readonly signal?: AbortSignal;
}

/** How files are sealed where a put does not say. */
export interface SealDefaults {
  readonly compression: Compression;
  readonly withSha512: boolean;
}

/** The time, for stamps that are stored. */
export interface Clock {
  now(): Date;
}

/** This process as the holder of leases, and how to tell whether another one still lives. */
export interface Leaseholder {
  readonly holder: LeaseHolder;
  readonly isLive: LeaseJudge;
}

/** Limits of the configuration that the verbs enforce. */
export interface VaultLimits {
  readonly maxFileBytes: number;
  readonly maxFiles: number;
  readonly minFreeBytes: number;
  readonly destroyGraceDays: number;
  /** Free bytes where blobs are stored; `undefined` where that cannot be told. */
  readonly freeBytes: () => Promise<number | undefined>;
}

/** What opening a blob needs of the keyring. */
export interface KeyAccess {
  identity(): Identity;
}

/** What sealing a blob needs of the keyring. */
export interface KeyGiver {
  recipient(name: string): Recipient;
}

/** The time now as stored: ISO 8601, UTC, milliseconds. */
export function stamp(clock: Clock): string {
  return clock.now().toISOString();
}
