import type { Access } from '../access/index.ts';
import type { Caller, Release, ScanOutcome, Version } from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { Registry, VersionNumber } from '../registry/index.ts';
import {
  assertExpiry,
  assertReason,
  decideEntry,
  formatRelease,
  type StoredRelease,
  worstFirst,
} from '../trust/index.ts';
import { onModel } from './act.ts';
import { stamp } from './deps.ts';
import type { Gate } from './gate.ts';
import { isPerson, rightsOfId } from './second-person.ts';
import { standingOf, type VersionStanding, type VersionTrustDeps } from './version-trust.ts';

export interface ReleaseVersionDeps extends VersionTrustDeps {
  readonly access: Pick<Access, 'rightsOf'>;
  readonly gate: Gate;
  readonly registry: VersionTrustDeps['registry'] &
    Pick<Registry, 'getAnyVersion' | 'setStanding' | 'putRelease'>;
}

export interface ReleaseVersionInput extends VersionNumber {
  readonly reason: string;
  /** ISO 8601 UTC with milliseconds. */
  readonly expiresAt?: string;
}

export interface ReleaseOutcome {
  readonly isReleased: boolean;
  readonly release: Release;
}

/**
 * Lets a held version out, with a reason that is kept. What the policy would not let in takes as many people as the
 * policy says: the first one leaves a wish, and another one who releases it too agrees.
 */
export function releaseVersion(
  deps: ReleaseVersionDeps,
  caller: Caller,
  input: ReleaseVersionInput,
): Promise<ReleaseOutcome> {
  const resource = `${input.model}@${input.version}`;
  return deps.gate.pass(caller, onModel('quarantine:release', input), async () => {
    assertReason(input.reason);
    assertExpiry(input.expiresAt, deps.clock.now());
    const version = await deps.registry.getAnyVersion(input);
    if (version.state === 'available') {
      throw new StrongroomError('TRUST_NOT_HELD', `${resource} is available: nobody holds it back`);
    }
    const standing = await standingOf(deps, version);
    const wish = await validWish(deps, version, standing);
    const step = nextStep({ version, standing, wish, caller, input, at: stamp(deps.clock) });
    await deps.registry.putRelease(input, step.number, formatRelease(step.release));
    // The release first: a kill in between leaves a version that is still held, and may be released again.
    if (step.isReleased) await deps.registry.setStanding(input, 'available');
    const { digest: _digest, ...release } = step.release;
    return { isReleased: step.isReleased, release };
  });
}

interface Asking {
  readonly version: Version;
  readonly standing: VersionStanding;
  /** What another person may agree to. */
  readonly wish: StoredRelease | undefined;
  readonly caller: Caller;
  readonly input: ReleaseVersionInput;
  readonly at: string;
}

interface Step {
  readonly number: number;
  readonly release: StoredRelease;
  readonly isReleased: boolean;
}

function nextStep(asking: Asking): Step {
  const { standing, caller, wish: last } = asking;
  const wish = newWish(asking);
  const next = standing.releases.length + 1;
  if (standing.policy.approvals === 1 || needsNoException(standing)) {
    return { number: next, release: approve(wish, asking), isReleased: true };
  }
  if (!isPerson(caller)) {
    throw new StrongroomError(
      'TRUST_APPROVAL',
      `it takes two people, and ${caller.id} did not log in as one`,
    );
  }
  // A scan may have found more since: then it is another wish.
  if (last === undefined || !covers(last, wish)) {
    return { number: next, release: wish, isReleased: false };
  }
  if (last.requestedBy === caller.id) {
    const told = `${caller.id} has asked for it already, and another person must agree`;
    throw new StrongroomError('TRUST_APPROVAL', told);
  }
  return { number: next - 1, release: approve(last, asking), isReleased: true };
}

/** The last wish, while it waits, is of this content, and whoever had it still may have it. */
async function validWish(
  { access }: ReleaseVersionDeps,
  version: Version,
  { releases }: VersionStanding,
): Promise<StoredRelease | undefined> {
  const last = releases.at(-1);
  if (last === undefined || last.approvedAt !== undefined || last.digest !== version.digest) return undefined;
  const rights = await rightsOfId(access, last.requestedBy);
  return rights.holds('quarantine:release', version.model) ? last : undefined;
}

function newWish({ version, standing, caller, input, at }: Asking): StoredRelease {
  const { files, isSigned } = standing;
  const found: readonly ScanOutcome[] = worstFirst(files.flatMap(({ outcomes }) => outcomes));
  return {
    model: version.model,
    version: version.version,
    digest: version.digest,
    reason: input.reason,
    requestedBy: caller.id,
    requestedAt: at,
    accepts: found.filter((outcome) => outcome !== 'clean'),
    acceptsUnsigned: !isSigned,
    ...(input.expiresAt === undefined ? {} : { expiresAt: input.expiresAt }),
  };
}

/** The earlier end of both counts: whoever agrees may agree to less. */
function approve(wish: StoredRelease, { caller, input, at }: Asking): StoredRelease {
  const [expiresAt] = [wish.expiresAt, input.expiresAt].filter((time) => time !== undefined).sort();
  return {
    ...wish,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    approvedBy: caller.id,
    approvedAt: at,
    approvalReason: input.reason,
  };
}

function covers(wish: StoredRelease, found: StoredRelease): boolean {
  return (
    found.accepts.every((outcome) => wish.accepts.includes(outcome)) &&
    (wish.acceptsUnsigned || !found.acceptsUnsigned)
  );
}

/** Whether the policy would let it in as it is known today: then it was held for what is over. */
function needsNoException({ policy, files, isSigned }: VersionStanding): boolean {
  return isSigned && decideEntry(policy, files).rule === 'allow';
}
