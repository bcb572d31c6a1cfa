import { type Blocks, createIdentity, type FederatedIdentity, type IdentityParts } from '../access/index.ts';
import type {
  Caller,
  CanaryCounts,
  RolloutPlace,
  ServedStrongroom,
  StrongroomApi,
  VersionStatistics,
} from '../api/index.ts';
import type { AuditLog } from '../audit/index.ts';
import type { SecretBytes } from '../bytes/index.ts';
import { StrongroomError, toStrongroomError } from '../errors/index.ts';
import type { Keyring } from '../keyring/index.ts';
import type { Catalogue } from '../storage/index.ts';
import {
  assertMayAsk,
  type Clock,
  type Defence,
  type Gate,
  mayMeasure,
  type Predictions,
  type Recorder,
  recordDetection,
  recordedIdentity,
  type VaultLimits,
} from '../vault/index.ts';
import type { OpenGuardInput } from './open-guard.ts';

const HOUSEKEEPING_MS = 10 * 60_000;

/** What a server serves, and what whoever starts it needs. */
export interface ServedHome extends ServedStrongroom {
  /** A fresh token that makes the first administrator, good for a day; `undefined` when there is one. */
  bootstrapToken(): Promise<SecretBytes | undefined>;
  /** What a guard of the server works with. */
  readonly guarding: Pick<OpenGuardInput, 'blocks' | 'isKnownDevice' | 'record'>;
  /** What the versions that are served did since the process began. */
  readonly predictionStatistics: () => readonly VersionStatistics[];
  /** What became of the questions to canaries since then. */
  readonly canaryStatistics: () => readonly (RolloutPlace & CanaryCounts)[];
  /** What whoever serves it tells others of. */
  readonly defence: Defence;
  /** Throws `ACCESS_DENIED`. */
  readonly assertMayMeasure: (caller: Caller) => Promise<void>;
}

export interface ServeHomeInput {
  readonly parts: IdentityParts;
  readonly federated: FederatedIdentity;
  readonly recorder: Recorder;
  readonly audit: AuditLog;
  readonly blocks: Blocks;
  readonly defence: Defence;
  readonly gate: Gate;
  readonly predictions: Pick<Predictions, 'pool' | 'trials'>;
  readonly catalogue: Catalogue;
  readonly keyring: Keyring;
  readonly apiFor: (caller: Caller) => StrongroomApi;
  readonly limits: Pick<VaultLimits, 'freeBytes' | 'minFreeBytes'>;
  readonly clock: Clock;
}

/** Begins to serve a home: who is asking, what they may do, and the housekeeping beside it, which `stop` ends. */
export function serveHome(input: ServeHomeInput): { readonly served: ServedHome; stop(): Promise<void> } {
  const housekeeping = startHousekeeping(input);
  const identity = recordedIdentity(input.recorder, createIdentity(input.parts, input.federated));
  return {
    served: {
      identity,
      apiFor: input.apiFor,
      assertMayAsk: (caller, asked) => assertMayAsk(input.gate, caller, asked),
      bootstrapToken: () => input.parts.bootstrap.issue(),
      guarding: {
        blocks: input.blocks,
        isKnownDevice: (user, device) => input.parts.devices.isKnown(user, device),
        record: (detection, blocked) => recordDetection(input.audit, detection, blocked),
      },
      canaryStatistics: () => input.predictions.trials.list(),
      predictionStatistics: () => input.predictions.pool.statistics(),
      defence: input.defence,
      assertMayMeasure: (caller) => mayMeasure(input.gate, caller),
      ready: async () => {
        housekeeping.assertSound();
        await assertReady(input);
      },
    },
    stop: () => housekeeping.stop(),
  };
}

async function assertReady({ catalogue, keyring, limits }: ServeHomeInput): Promise<void> {
  // Throws when the keyring is closed.
  keyring.list();
  if ((await catalogue.findVault()) !== keyring.vault)
    throw new StrongroomError('HOME_MALFORMED', 'keyring and catalogue belong to different strongrooms');
  const free = await limits.freeBytes();
  if (free !== undefined && free < limits.minFreeBytes)
    throw new StrongroomError('STORAGE_FULL', 'less space is free than limits.min_free_bytes asks for');
}

/** Clears away what expired and keeps the signing keys fresh, once at the start and every ten minutes. */
function startHousekeeping({ catalogue, parts, clock }: ServeHomeInput) {
  let problem: unknown;
  const round = async (): Promise<void> => {
    try {
      await catalogue.removeExpiredDocuments(clock.now().toISOString());
      await parts.keys.rotate();
      problem = undefined;
    } catch (error) {
      // Told by `ready` until a later round succeeds.
      problem = error;
    }
  };
  let running = round();
  const timer = setInterval(() => {
    running = running.then(round);
  }, HOUSEKEEPING_MS);
  timer.unref();
  return {
    assertSound: (): void => {
      if (problem !== undefined) throw toStrongroomError(problem);
    },
    stop: async (): Promise<void> => {
      clearInterval(timer);
      await running;
    },
  };
}
