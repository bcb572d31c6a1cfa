import type { EventKind } from './security-event.ts';

/**
 * What counts as an attack, as data. `counter`: `capacity` of them within `windowMs`. `leaky`: a bucket of
 * `capacity` that empties over `windowMs` runs over. `trigger`: the first one is enough.
 */
export interface Scenario {
  readonly name: string;
  readonly summary: string;
  readonly type: 'counter' | 'leaky' | 'trigger';
  readonly on: readonly EventKind[];
  /** Whether every target counts once only. */
  readonly isDistinct?: true;
  readonly capacity: number;
  readonly windowMs: number;
  /** `block`: its address is shut out, `tell`: somebody is told. Both are told. */
  readonly then: 'block' | 'tell';
  readonly severity: 'warn' | 'error' | 'critical';
  /** Repeats within it are not told again. */
  readonly quietMs: number;
}

const MINUTE_MS = 60_000;

/** What of it the operator chooses. */
export interface ScenarioSettings {
  readonly failures: number;
  readonly windowMs: number;
}

const FIXED: readonly Scenario[] = [
  {
    name: 'credential-stuffing',
    summary: 'failed log-ins as many different users from one address',
    type: 'leaky',
    on: ['account-refused'],
    isDistinct: true,
    capacity: 4,
    windowMs: 20 * MINUTE_MS,
    then: 'block',
    severity: 'error',
    quietMs: MINUTE_MS,
  },
  {
    name: 'token-guessing',
    summary: 'tokens that prove nothing, one after the other',
    type: 'counter',
    on: ['token-refused'],
    capacity: 20,
    windowMs: 5 * MINUTE_MS,
    then: 'block',
    severity: 'error',
    quietMs: MINUTE_MS,
  },
  {
    name: 'address-probing',
    summary: 'many different addresses that do not exist, as scanners of web servers ask for them',
    type: 'leaky',
    on: ['address-missing'],
    isDistinct: true,
    capacity: 10,
    windowMs: 2 * MINUTE_MS,
    then: 'block',
    severity: 'warn',
    quietMs: MINUTE_MS,
  },
  {
    name: 'id-probing',
    summary: 'many different things that are missing or not the caller’s to touch',
    type: 'leaky',
    on: ['thing-refused'],
    isDistinct: true,
    capacity: 30,
    windowMs: 5 * MINUTE_MS,
    then: 'block',
    severity: 'warn',
    quietMs: MINUTE_MS,
  },
  {
    name: 'schema-fuzzing',
    summary: 'many requests that make no sense to their route',
    type: 'leaky',
    on: ['request-invalid'],
    capacity: 30,
    windowMs: 5 * MINUTE_MS,
    then: 'block',
    severity: 'warn',
    quietMs: MINUTE_MS,
  },
  {
    name: 'limit-hammering',
    summary: 'goes on for long after a limit was reached',
    type: 'leaky',
    on: ['limit-reached'],
    capacity: 1000,
    windowMs: 5 * MINUTE_MS,
    then: 'block',
    severity: 'warn',
    quietMs: MINUTE_MS,
  },
  {
    name: 'decoy-touched',
    summary: 'somebody touched what is there as bait',
    type: 'trigger',
    on: ['decoy-touched'],
    capacity: 1,
    windowMs: MINUTE_MS,
    then: 'block',
    severity: 'critical',
    quietMs: MINUTE_MS,
  },
  {
    name: 'model-extraction',
    summary: 'questions to a model look as if they were to copy it',
    type: 'trigger',
    on: ['extraction-suspected'],
    capacity: 1,
    windowMs: MINUTE_MS,
    then: 'tell',
    severity: 'error',
    quietMs: 60 * MINUTE_MS,
  },
  {
    name: 'signature-refused',
    summary: 'a signature that does not hold was handed in',
    type: 'trigger',
    on: ['signature-refused'],
    capacity: 1,
    windowMs: MINUTE_MS,
    then: 'tell',
    severity: 'error',
    quietMs: 10 * MINUTE_MS,
  },
  {
    name: 'record-broken',
    summary: 'the record is not what was written',
    type: 'trigger',
    on: ['record-broken'],
    capacity: 1,
    windowMs: MINUTE_MS,
    then: 'tell',
    severity: 'critical',
    quietMs: 10 * MINUTE_MS,
  },
];

/** Every scenario, in the order of the guide. */
export function scenariosOf({ failures, windowMs }: ScenarioSettings): readonly Scenario[] {
  const bruteforce: Scenario = {
    name: 'log-in-bruteforce',
    summary: 'failed log-ins from one address',
    type: 'counter',
    on: ['log-in-refused'],
    capacity: failures,
    windowMs,
    then: 'block',
    severity: 'error',
    quietMs: MINUTE_MS,
  };
  return [bruteforce, ...FIXED];
}
