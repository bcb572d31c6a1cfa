import type { AnsweredVisit, Caller, Origin, RequestGuard, Verdict, Visit } from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { BlockTable } from './block-table.ts';
import type { Detection, Detector } from './detector.ts';
import type { LimitDecision, RateLimits } from './rate-limits.ts';
import type { SecurityNotice } from './security-event.ts';

export interface GuardDeps {
  readonly limits: RateLimits;
  readonly blocks: BlockTable;
  /** Absent: nothing is looked for. */
  readonly detector?: Detector;
  /** Whether a device logged in as this user before. */
  readonly isKnownDevice: (user: string, device: string) => boolean;
  /** Models and principals that are bait. */
  readonly decoys: ReadonlySet<string>;
  /** A scenario came about. Must not throw. */
  readonly onDetection: (detection: Detection) => void;
  /** A request was turned away: by the policy, or `blocked`. */
  readonly onRefusal: (policy: string) => void;
}

const PASSED: Verdict = {};
const MAX_TARGET_CHARS = 256;
const MAX_FORGIVEN = 1000;

/** Stands before and behind every request: counts it, turns it away, and learns from how it was answered. */
export class Guard implements RequestGuard {
  readonly #deps: GuardDeps;

  /** Requests whose refusal counts for nothing, until they are answered. */
  readonly #forgiven = new Set<string>();

  constructor(deps: GuardDeps) {
    this.#deps = deps;
  }

  /**
   * Before anybody is known. A blocked address passes where it shows the token of a device, which is then checked as soon
   * as it is known whose it should be: nobody can block the owner out from their own network.
   */
  admit({ origin, routeClass, hasCredential }: Visit): Verdict {
    const { blocks, limits } = this.#deps;
    const mayShowDevice = origin.device !== undefined && (hasCredential || routeClass === 'log-in');
    if (!mayShowDevice) {
      const blockedFor = blocks.blockedFor(origin.address);
      if (blockedFor !== undefined) return this.#blocked(blockedFor);
    }
    return this.#verdict(limits.takeAddress(origin.address, routeClass));
  }

  /** Once it is known who is asking. */
  admitCaller({ origin, routeClass }: Visit, caller: Caller): Verdict {
    const blockedFor = this.#deps.blocks.blockedFor(origin.address);
    if (blockedFor !== undefined && !this.#isKnown(userOf(caller.id), origin)) {
      return this.#blocked(blockedFor);
    }
    return this.#verdict(this.#deps.limits.takePrincipal(caller.id, routeClass));
  }

  /** Before a password of a user is looked at. Throws `ADDRESS_BLOCKED`. */
  assertMayLogIn(user: string, origin: Origin): void {
    this.#touch(`user:${user}`, origin);
    const blockedFor = this.#deps.blocks.blockedFor(origin.address);
    if (blockedFor === undefined || this.#isKnown(user, origin)) return;
    const { refusal } = this.#blocked(blockedFor);
    if (refusal !== undefined) throw refusal;
  }

  /** After a log-in as a user was refused. */
  logInRefused(user: string, origin: Origin): void {
    // The owner's own slips count for the throttle, not for a block.
    if (this.#isKnown(user, origin)) this.#forgive(origin);
    else this.#notice(origin, { kind: 'account-refused', target: user });
  }

  /** After a request was answered. */
  observe(visit: AnsweredVisit): void {
    const { origin, caller, path } = visit;
    if (this.#deps.decoys.size > 0) this.#lookForDecoys(visit);
    const kind = visit.code === 'ADDRESS_BLOCKED' ? undefined : kindOf(visit);
    if (kind === undefined) return;
    if (this.#forgiven.delete(origin.requestId) && kind === 'log-in-refused') return;
    this.#notice(origin, {
      kind,
      target: path.slice(0, MAX_TARGET_CHARS),
      ...(caller && { principal: caller.id }),
    });
  }

  /** What was seen elsewhere. */
  notice(notice: SecurityNotice): void {
    const { detector, blocks, onDetection } = this.#deps;
    if (detector === undefined) return;
    if (notice.address !== undefined && blocks.isAllowed(notice.address)) return;
    for (const detection of detector.see(notice)) onDetection(detection);
  }

  #notice({ address, requestId }: Origin, notice: Omit<SecurityNotice, 'address' | 'requestId'>): void {
    this.notice({ ...notice, address, requestId });
  }

  #lookForDecoys({ origin, caller, path }: AnsweredVisit): void {
    if (caller !== undefined) this.#touch(caller.id, origin);
    const words = path.split('/').map(decoded);
    for (const [at, word] of words.entries()) {
      const next = words[at + 1];
      if (next !== undefined) this.#touch(`${word}/${next}`, origin, caller?.id);
    }
  }

  #touch(name: string, origin: Origin, principal?: string): void {
    if (!this.#deps.decoys.has(name)) return;
    this.#notice(origin, { kind: 'decoy-touched', target: name, ...(principal && { principal }) });
  }

  #forgive({ requestId }: Origin): void {
    // Where many are under way that never end, none of them may fill the memory.
    if (this.#forgiven.size >= MAX_FORGIVEN) this.#forgiven.clear();
    this.#forgiven.add(requestId);
  }

  #isKnown(user: string, { device }: Origin): boolean {
    return device !== undefined && this.#deps.isKnownDevice(user, device);
  }

  #blocked(seconds: number): Verdict {
    this.#deps.onRefusal('blocked');
    const retryAfterSeconds = Number.isFinite(seconds) ? seconds : undefined;
    return {
      refusal: new StrongroomError('ADDRESS_BLOCKED', 'this address is blocked', {
        ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
      }),
    };
  }

  #verdict(decision: LimitDecision | undefined): Verdict {
    if (decision === undefined) return PASSED;
    const { allowance, retryAfterSeconds } = decision;
    if (retryAfterSeconds === undefined) return { allowance };
    this.#deps.onRefusal(allowance.policy);
    return {
      allowance,
      refusal: new StrongroomError('RATE_LIMITED', `too many requests: ${allowance.policy}`, {
        retryAfterSeconds,
      }),
    };
  }
}

function userOf(id: string): string {
  return id.startsWith('user:') ? id.slice('user:'.length) : '';
}

function decoded(word: string): string {
  try {
    return decodeURIComponent(word);
  } catch {
    return word;
  }
}

/** What an answer tells of its request; most tell nothing. */
function kindOf(visit: AnsweredVisit): SecurityNotice['kind'] | undefined {
  const { status, code = '', routeClass, hasCredential } = visit;
  if (status < 400) return undefined;
  if (routeClass === 'log-in' && LOG_IN_CODES.has(code)) return 'log-in-refused';
  if (code === 'AUTH_FAILED') return hasCredential ? 'token-refused' : undefined;
  return KIND_OF_CODE.get(code) ?? (NOT_THEIRS.has(status) ? 'thing-refused' : undefined);
}

const LOG_IN_CODES: ReadonlySet<string> = new Set(['AUTH_FAILED', 'AUTH_THROTTLED']);
const NOT_THEIRS: ReadonlySet<number> = new Set([403, 404]);
const KIND_OF_CODE: ReadonlyMap<string, SecurityNotice['kind'] | undefined> = new Map(
  Object.entries({
    RATE_LIMITED: 'limit-reached',
    ROUTE_MISSING: 'address-missing',
    METHOD_NOT_ALLOWED: 'address-missing',
    SIGNATURE_INVALID: 'signature-refused',
    SIGNATURE_MISMATCH: 'signature-refused',
    AUDIT_DAMAGED: 'record-broken',
    AUDIT_ROLLED_BACK: 'record-broken',
    AUDIT_SIGNATURE: 'record-broken',
    INPUT_INVALID: 'request-invalid',
    NAME_INVALID: 'request-invalid',
    REQUEST_MALFORMED: 'request-invalid',
    CREDENTIALS_AMBIGUOUS: 'request-invalid',
  } as const),
);
