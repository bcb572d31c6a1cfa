import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { BlockTable, Detector, Guard, RateLimits, scenariosOf } from '../src/abuse/index.ts';
import { toBase64Url, utf8Bytes } from '../src/bytes/index.ts';
import { hmac, randomSecret } from '../src/crypto/index.ts';
import { makeRow, type Row } from './row.ts';

const ADDRESSES = 10_000_000;
const REQUESTS = 200_000;
const MAX_SOURCES = 100_000;
const ATTACKER = '198.51.100.7';

/** What the guard costs a request, and what a flood of addresses costs the memory. */
export function measureGuard(): readonly Row[] {
  return [blockedRow(), floodRow()];
}

function guardOf(): { readonly guard: Guard; readonly table: BlockTable } {
  const key = randomSecret(32);
  const hide = (text: string) => toBase64Url(hmac('sha256', key, utf8Bytes(text)).subarray(0, 12));
  const shared = { hide, now: () => Date.now(), maxSources: MAX_SOURCES };
  const table = new BlockTable({ allowed: [], now: shared.now });
  const rates = { address: 12_000, logIn: 60, read: 6000, write: 1200, content: 6000, predict: 100 };
  const guard = new Guard({
    limits: new RateLimits({ ...shared, rates }),
    blocks: table,
    detector: new Detector({ ...shared, scenarios: scenariosOf({ failures: 5, windowMs: 300_000 }) }),
    isKnownDevice: () => false,
    decoys: new Set(),
    onDetection: () => undefined,
    onRefusal: () => undefined,
  });
  return { guard, table };
}

const visitOf = (address: string) => ({
  origin: { requestId: 'r', address },
  routeClass: 'log-in' as const,
  hasCredential: false,
});

function blockedRow(): Row {
  const { guard, table } = guardOf();
  // Not alone: a list as long as after a bad month.
  for (let at = 0; at < 100_000; at += 1) table.add({ source: addressOf(at) });
  table.add({ source: ATTACKER });
  const visit = visitOf(ATTACKER);
  for (let at = 0; at < REQUESTS; at += 1) guard.admit(visit);
  const started = performance.now();
  for (let at = 0; at < REQUESTS; at += 1) {
    if (guard.admit(visit).refusal === undefined) throw new Error('it is not blocked');
  }
  const milliseconds = (performance.now() - started) / REQUESTS;
  return makeRow({
    name: 'guard-blocked',
    what: 'refusing a request of a blocked address, among 100,000 that are',
    value: milliseconds,
    unit: 'ms',
    budget: { atMost: 0.05 },
    detail: { eachMs: milliseconds },
  });
}

function floodRow(): Row {
  const { guard } = guardOf();
  const seen = (from: number, to: number) => {
    for (let at = from; at < to; at += 1) {
      const visit = visitOf(addressOf(at));
      guard.admit(visit);
      if (at % 4 === 0) guard.observe({ ...visit, status: 401, code: 'AUTH_FAILED', path: '/api/v1/log-in' });
    }
  };
  // Until every table is full, and has been for a while.
  seen(0, 1_000_000);
  const full = heapMib();
  const started = performance.now();
  seen(1_000_000, ADDRESSES);
  const seconds = (performance.now() - started) / 1000;
  return makeRow({
    name: 'guard-flood',
    what: 'growth of memory while ten million addresses come by, after the first million',
    value: Math.max(0, heapMib() - full),
    unit: 'MiB',
    budget: { atMost: 8 },
    detail: { fullMib: full, floodS: seconds },
  });
}

function addressOf(at: number): string {
  return `${10 + (at >>> 24)}.${(at >>> 16) & 255}.${(at >>> 8) & 255}.${at & 255}`;
}

function heapMib(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  return process.memoryUsage().heapUsed / 2 ** 20;
}
