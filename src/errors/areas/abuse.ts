import type { ErrorEntry } from '../kinds.ts';

export const ABUSE_ERRORS = {
  RATE_LIMITED: {
    kind: 'limited',
    hint: 'wait as long as Retry-After says; the RateLimit header tells what is left',
  },
  ADDRESS_BLOCKED: {
    kind: 'forbidden',
    hint: 'requests from this address looked like an attack; ask an administrator: strongroom blocks ls',
  },
  BLOCK_INVALID: {
    kind: 'invalid',
    hint: 'name an address or a network: 192.0.2.7, 2001:db8::/64, 10.0.0.0/8',
  },
  BLOCK_MISSING: { kind: 'missing', hint: 'list what is blocked with: strongroom blocks ls' },
  LOCKED_DOWN: {
    kind: 'unavailable',
    hint: 'releases and predictions are stopped: strongroom lockdown status says why',
  },
  LOCKDOWN_STATE: { kind: 'conflict', hint: 'look at it with: strongroom lockdown status' },
} as const satisfies Record<string, ErrorEntry>;
