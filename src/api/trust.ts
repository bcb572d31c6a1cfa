import type { LongRunning, TrustState } from './model.ts';
import type { ModelName, NamespaceName, VersionRef } from './names.ts';

/**
 * What a scan of one file came to. `inconclusive`: it could not look at everything, failed, or has not been done; a
 * file may be that and `suspicious` at once.
 */
export const SCAN_OUTCOMES = ['clean', 'suspicious', 'malicious', 'unknown', 'inconclusive'] as const;
export type ScanOutcome = (typeof SCAN_OUTCOMES)[number];

/** What happens to a version on its way in when one of its files has an outcome. The strictest of all files decides. */
export const ENTRY_RULES = ['allow', 'quarantine', 'refuse'] as const;
export type EntryRule = (typeof ENTRY_RULES)[number];

/** Whether a version whose files have an outcome may be used. */
export const USE_RULES = ['allow', 'refuse'] as const;
export type UseRule = (typeof USE_RULES)[number];

/** One who may sign: by keys that the strongroom knows, or by certificates under a root. */
export interface TrustedSignerPolicy {
  readonly name: string;
  readonly keys: readonly string[];
  readonly certificates: readonly { readonly root: string; readonly identity: string }[];
}

/** What a namespace trusts. */
export interface NamespaceTrust {
  readonly enter: Readonly<Record<ScanOutcome, EntryRule>>;
  /** Where nothing is said, what may enter may be fetched and served, and nothing else. */
  readonly fetch: Readonly<Partial<Record<ScanOutcome, UseRule>>>;
  readonly serve: Readonly<Partial<Record<ScanOutcome, UseRule>>>;
  /** How many people it takes to release a version: whoever asks, and with 2 another one who agrees. */
  readonly approvals: 1 | 2;
  /** How many of the signers must have signed a version. */
  readonly requiredSignatures: number;
  readonly signers: readonly TrustedSignerPolicy[];
  /** Root certificates that signers may name, base64 of DER. */
  readonly roots: readonly string[];
}

/** What of a policy is to change. Lists replace what was there. */
export interface NamespaceTrustChange {
  readonly enter?: Readonly<Partial<Record<ScanOutcome, EntryRule>>>;
  readonly fetch?: Readonly<Partial<Record<ScanOutcome, UseRule>>>;
  readonly serve?: Readonly<Partial<Record<ScanOutcome, UseRule>>>;
  readonly approvals?: 1 | 2;
  readonly requiredSignatures?: number;
  readonly signers?: readonly TrustedSignerPolicy[];
  readonly roots?: readonly string[];
}

export interface TrustApi {
  /** The policy in force: what was set, or the secure defaults. */
  get(input: { readonly namespace: NamespaceName }): Promise<NamespaceTrust>;
  /** Also before the namespace's first version. Throws `TRUST_POLICY_INVALID`. */
  set(input: {
    readonly namespace: NamespaceName;
    readonly change: NamespaceTrustChange;
  }): Promise<NamespaceTrust>;
}

/** One thing that was found in a file. */
export interface ScanFinding {
  readonly rule: string;
  readonly severity: 'critical' | 'high' | 'medium' | 'low' | 'info';
  /** The path inside containers, outermost first; empty: the file itself. */
  readonly place: readonly string[];
  readonly offset?: number;
  readonly message: string;
  readonly evidence?: string;
  readonly advice: string;
}

/** What the scan of one file found. */
export interface FileScan {
  readonly path: string;
  readonly outcomes: readonly ScanOutcome[];
  /** Absent when the file has not been scanned. */
  readonly report?: {
    readonly verdict: 'clean' | 'suspicious' | 'malicious' | 'unknown';
    readonly status: 'complete' | 'inconclusive' | 'error';
    readonly findings: readonly ScanFinding[];
    /** Findings that were left out, because there were too many. */
    readonly findingsDropped: number;
    readonly reasons: readonly string[];
    readonly formats: readonly string[];
    /** Digest of the rule set. */
    readonly ruleSet: string;
    readonly scannedAt: string;
  };
  /** Whether the rule set has changed since, or the file was never scanned. */
  readonly isStale: boolean;
}

export interface VersionScan {
  readonly model: ModelName;
  readonly version: number;
  readonly state: TrustState;
  readonly files: readonly FileScan[];
}

export interface RescanReport {
  /** Files that were scanned. */
  readonly scanned: number;
  /** Files that could not be opened for want of their access code. */
  readonly skipped: number;
  /** Files whose stored bytes are damaged; `verify` tells more. */
  readonly damaged: number;
  /** Versions that readers do not see any more: `acme/churn@3`. */
  readonly withdrawn: readonly string[];
}

/** A rescan that runs in the background, as it stands now. */
export interface BackgroundRescanStatus extends RescanReport {
  /** `waiting`: something outside of single files failed, and it is tried again; `failed`: too often. */
  readonly state: 'running' | 'waiting' | 'done' | 'failed' | 'stopped';
  readonly startedAt: string;
  /** Code of the last error. */
  readonly code?: string;
}

/** What stored files still wait for a scan by the rules in force; until then what policy says of old reports counts. */
export interface ScansStatus {
  /** Digest of the rule set in force. */
  readonly ruleSet: string;
  readonly staleFiles: number;
  readonly staleVersions: number;
  /** Absent: this process does not rescan by itself. */
  readonly rescan?: BackgroundRescanStatus;
}

export interface ScansApi {
  /** Of a version in any state. */
  get(input: VersionRef): Promise<VersionScan>;
  /**
   * Scans again what the rule set in force has not looked at; of one version, everything in it. A worse outcome
   * withdraws a version.
   */
  rescan(input?: LongRunning & { readonly ref?: VersionRef }): Promise<RescanReport>;
}

/** A version that readers do not see. */
export interface HeldVersion {
  readonly model: ModelName;
  readonly version: number;
  readonly state: Exclude<TrustState, 'available'>;
  readonly reason: string;
  readonly at: string;
  readonly by: string;
}

/** A version let out against the policy: who wanted it, who agreed, and why. */
export interface Release {
  readonly model: ModelName;
  readonly version: number;
  readonly reason: string;
  readonly requestedBy: string;
  readonly requestedAt: string;
  /** Outcomes that it accepts; a later scan that finds worse withdraws the version all the same. */
  readonly accepts: readonly ScanOutcome[];
  /** Whether it also lets signatures be missing. */
  readonly acceptsUnsigned: boolean;
  /** From then on the version cannot be opened any more. */
  readonly expiresAt?: string;
  readonly approvedBy?: string;
  readonly approvedAt?: string;
  readonly approvalReason?: string;
}

export interface QuarantineApi {
  list(): Promise<readonly HeldVersion[]>;
  get(input: { readonly model: ModelName; readonly version: number }): Promise<{
    readonly held: HeldVersion;
    readonly scan: VersionScan;
    readonly releases: readonly Release[];
  }>;
  /**
   * Lets a version out. Where the policy asks for two people the first call leaves a wish, and the version is let out
   * when another person calls. Throws `TRUST_NOT_HELD`, `TRUST_APPROVAL` for the same person again.
   */
  release(input: {
    readonly model: ModelName;
    readonly version: number;
    readonly reason: string;
    readonly expiresAt?: string;
  }): Promise<{ readonly isReleased: boolean; readonly release: Release }>;
  /** Removes a held version for good. Throws `TRUST_NOT_HELD`. */
  remove(input: { readonly model: ModelName; readonly version: number }): Promise<{
    readonly versions: number;
    readonly shreddedBlobs: number;
    readonly freedBytes: number;
  }>;
}
