import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  BlockTable,
  type Detection,
  Detector,
  Guard,
  guardedIdentity,
  parseSource,
  RateLimits,
  scenariosOf,
  sourceOf,
} from '../../src/abuse/index.ts';
import type { IdentityApi, Origin } from '../../src/api/index.ts';
import { StrongroomError } from '../../src/errors/index.ts';

const RATES = { address: 6000, logIn: 6000, read: 6000, write: 6000, content: 6000, predict: 100 };
const ATTACKER = '198.51.100.7';
const from = (address: string, device?: string): Origin => ({
  requestId: 'r',
  address,
  ...(device !== undefined && { device }),
});

function guardAt(clock: { now: number }, options: { allow?: string; decoys?: string[] } = {}) {
  const now = () => clock.now;
  const table = new BlockTable({
    allowed: options.allow === undefined ? [] : [parseSource(options.allow)],
    now,
  });
  const detections: Detection[] = [];
  const hide = (text: string) => text;
  const guard = new Guard({
    limits: new RateLimits({ rates: RATES, maxSources: 1000, hide, now }),
    blocks: table,
    detector: new Detector({
      scenarios: scenariosOf({ failures: 5, windowMs: 300_000 }),
      maxSources: 1000,
      hide,
      now,
    }),
    isKnownDevice: (user, device) => device === `device of ${user}`,
    decoys: new Set(options.decoys ?? []),
    onDetection: (detection) => {
      detections.push(detection);
      const source = sourceOf(detection.notice.address ?? '');
      if (source !== undefined && detection.scenario.then === 'block')
        table.add({ source, until: clock.now + 3_600_000 });
    },
    onRefusal: () => undefined,
  });
  return { guard, table, detections };
}

const visit = (origin: Origin) => ({ origin, routeClass: 'read' as const, hasCredential: true });

function refuseLogIn(guard: Guard, origin: Origin): void {
  guard.observe({
    ...{ origin, routeClass: 'log-in', hasCredential: false },
    ...{ status: 401, code: 'AUTH_FAILED', path: '/api/v1/log-in' },
  });
}

test('five failed log-ins block an address for an hour, and no other one', () => {
  const clock = { now: 0 };
  const { guard } = guardAt(clock);
  for (let count = 0; count < 5; count += 1) {
    assert.equal(guard.admit(visit(from(ATTACKER))).refusal, undefined);
    refuseLogIn(guard, from(ATTACKER));
  }
  const { refusal } = guard.admit(visit(from(ATTACKER)));
  assert.equal(refusal?.code, 'ADDRESS_BLOCKED');
  assert.equal(refusal.retryAfterSeconds, 3600);
  assert.equal(guard.admit(visit(from('198.51.100.8'))).refusal, undefined);
  clock.now += 3_600_000;
  assert.equal(guard.admit(visit(from(ATTACKER))).refusal, undefined);
});

test('a known device gets its owner in from a blocked address, and nobody else', () => {
  const { guard, table } = guardAt({ now: 0 });
  table.add({ source: ATTACKER });
  const owner = from(ATTACKER, 'device of ada');
  assert.equal(guard.admit({ ...visit(owner), routeClass: 'log-in' }).refusal, undefined);
  guard.assertMayLogIn('ada', owner);
  assert.equal(guard.admitCaller(visit(owner), { type: 'user', id: 'user:ada' }).refusal, undefined);
  assert.equal(
    guard.admitCaller(visit(owner), { type: 'user', id: 'user:eve' }).refusal?.code,
    'ADDRESS_BLOCKED',
  );
  assert.throws(() => guard.assertMayLogIn('ada', from(ATTACKER, 'made up')), /blocked/);
  assert.equal(guard.admit({ ...visit(owner), hasCredential: false }).refusal?.code, 'ADDRESS_BLOCKED');
});

test('slips of an owner on a known device block nobody', async () => {
  const { guard, detections } = guardAt({ now: 0 });
  const identity = guardedIdentity(
    {
      logIn: () => Promise.reject(new StrongroomError('AUTH_FAILED', 'no')),
    } as unknown as IdentityApi,
    guard,
  );
  const owner = from(ATTACKER, 'device of ada');
  for (let count = 0; count < 20; count += 1) {
    const input = { name: 'ada', password: undefined as never, wants: 'tokens' as const };
    await assert.rejects(identity.logIn(input, owner));
    refuseLogIn(guard, owner);
  }
  assert.deepEqual(detections, []);
});

test('what is on the allow list is never blocked, not even by hand', () => {
  const { guard, table, detections } = guardAt({ now: 0 }, { allow: '198.51.100.0/24' });
  for (let count = 0; count < 100; count += 1) refuseLogIn(guard, from(ATTACKER));
  table.add({ source: ATTACKER });
  assert.equal(guard.admit(visit(from(ATTACKER))).refusal, undefined);
  assert.deepEqual(detections, []);
});

test('bait is noticed in a path, as a caller, and as a name to log in with', () => {
  const decoys = ['acme/crown-jewels', 'service-account:old-ci', 'user:backup'];
  const names = (act: (guard: Guard) => void): string[] => {
    const { guard, detections } = guardAt({ now: 0 }, { decoys });
    act(guard);
    return detections.map(({ scenario }) => scenario.name);
  };
  const answered = { ...visit(from(ATTACKER)), status: 200, path: '/api/v1/models' };
  assert.deepEqual(
    names((guard) => guard.observe({ ...answered, path: '/api/v1/models/acme/crown%2Djewels/versions' })),
    ['decoy-touched'],
  );
  assert.deepEqual(
    names((guard) =>
      guard.observe({ ...answered, caller: { type: 'service-account', id: 'service-account:old-ci' } }),
    ),
    ['decoy-touched'],
  );
  assert.deepEqual(
    names((guard) => assert.throws(() => guard.assertMayLogIn('backup', from(ATTACKER)), /blocked/)),
    ['decoy-touched'],
  );
  assert.deepEqual(
    names((guard) => guard.observe(answered)),
    [],
  );
});

test('a network is blocked with all that lies in it; IPv6 sources are their /64', () => {
  const table = new BlockTable({ allowed: [], now: () => 0 });
  table.replace([{ source: '10.1.0.0/16' }, { source: '2001:db8:0:1::/64' }, { source: '192.0.2.9' }]);
  const isBlocked = (address: string) => table.blockedFor(address) !== undefined;
  assert.deepEqual(
    [
      '10.1.255.1',
      '10.2.0.1',
      '2001:db8:0:1::5',
      '2001:db8:0:2::5',
      '192.0.2.9',
      '::ffff:192.0.2.9',
      'x',
    ].map(isBlocked),
    [true, false, true, false, true, true, false],
  );
});
