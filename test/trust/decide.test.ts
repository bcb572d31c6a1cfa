import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { SCAN_OUTCOMES, type ScanOutcome } from '../../src/api/index.ts';
import {
  acceptedBy,
  changeTrust,
  DEFAULT_TRUST,
  decideEntry,
  formatNamespaceTrust,
  formatRelease,
  outcomesOf,
  parseNamespaceTrust,
  parseRelease,
  refusedOutcomes,
  type StoredRelease,
  useRule,
} from '../../src/trust/index.ts';

const fileOf = (...outcomes: readonly ScanOutcome[]) => ({ path: 'm.bin', outcomes });

test('by default clean comes in, malicious is refused, and everything else waits', () => {
  const rules = SCAN_OUTCOMES.map((outcome) => [outcome, decideEntry(DEFAULT_TRUST, [fileOf(outcome)]).rule]);
  assert.deepEqual(Object.fromEntries(rules), {
    clean: 'allow',
    suspicious: 'quarantine',
    malicious: 'refuse',
    unknown: 'quarantine',
    inconclusive: 'quarantine',
  });
});

test('the strictest rule of any file decides, and names the files that are to blame', () => {
  const files = [
    { path: 'a', outcomes: ['clean'] as const },
    { path: 'b', outcomes: ['unknown'] as const },
    { path: 'c', outcomes: ['malicious', 'inconclusive'] as const },
  ];
  const decision = decideEntry(DEFAULT_TRUST, files);
  assert.equal(decision.rule, 'refuse');
  assert.deepEqual(decision.because, [{ path: 'c', outcomes: ['malicious'] }]);
});

test('a scan that did not get to the end is never clean, and what it found counts too', () => {
  assert.deepEqual(outcomesOf({ verdict: 'clean', status: 'inconclusive' }), ['inconclusive']);
  assert.deepEqual(outcomesOf({ verdict: 'clean', status: 'error' }), ['inconclusive']);
  assert.deepEqual(outcomesOf({ verdict: 'malicious', status: 'inconclusive' }), [
    'malicious',
    'inconclusive',
  ]);
  assert.deepEqual(outcomesOf({ verdict: 'clean', status: 'complete' }), ['clean']);
});

test('one more file never makes a decision milder', () => {
  const strictness = ['allow', 'quarantine', 'refuse'];
  const outcomes = fc.array(fc.constantFrom(...SCAN_OUTCOMES), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(fc.array(outcomes), outcomes, (some, more) => {
      const files = some.map((each) => fileOf(...each));
      const before = decideEntry(DEFAULT_TRUST, files).rule;
      const after = decideEntry(DEFAULT_TRUST, [...files, fileOf(...more)]).rule;
      assert.ok(strictness.indexOf(after) >= strictness.indexOf(before));
    }),
  );
});

test('what may enter may be used, unless it is said otherwise', () => {
  const policy = changeTrust(DEFAULT_TRUST, { enter: { unknown: 'allow' }, serve: { unknown: 'refuse' } });
  assert.equal(useRule(policy, 'fetch', 'unknown'), 'allow');
  assert.equal(useRule(policy, 'serve', 'unknown'), 'refuse');
  assert.equal(useRule(policy, 'fetch', 'suspicious'), 'refuse');
  const files = [fileOf('unknown'), fileOf('suspicious')];
  assert.deepEqual(refusedOutcomes(policy, 'serve', { files, accepted: [] }), ['suspicious', 'unknown']);
  assert.deepEqual(refusedOutcomes(policy, 'serve', { files, accepted: ['suspicious', 'unknown'] }), []);
});

test('a policy survives its text, and a text with anything else in it is refused', () => {
  const policy = changeTrust(DEFAULT_TRUST, { approvals: 1, enter: { malicious: 'quarantine' } });
  assert.deepEqual(parseNamespaceTrust(formatNamespaceTrust(policy)), policy);
  assert.deepEqual(parseNamespaceTrust(undefined), DEFAULT_TRUST);
  const more = formatNamespaceTrust(policy).replace('"serve":{}', '"serve":{},"surplus":1');
  for (const text of ['', '{}', more, formatNamespaceTrust(policy).replace('quarantine', 'shrug')]) {
    assert.throws(() => parseNamespaceTrust(text), { code: 'TRUST_POLICY_INVALID' });
  }
});

test('a release counts for its content only, once it was agreed on, and until it ends', () => {
  const release: StoredRelease = {
    model: 'acme/churn' as StoredRelease['model'],
    version: 1,
    digest: 'd',
    reason: 'own format',
    requestedBy: 'ada',
    requestedAt: '2026-01-01T00:00:00.000Z',
    accepts: ['unknown'],
    acceptsUnsigned: false,
    expiresAt: '2026-02-01T00:00:00.000Z',
    approvedBy: 'bob',
    approvedAt: '2026-01-02T00:00:00.000Z',
    approvalReason: 'agreed',
  };
  assert.deepEqual(parseRelease(formatRelease(release)), release);
  const outcomes = (of: { digest: string; now: Date }, releases = [release]) =>
    acceptedBy(releases, of).outcomes;
  const during = new Date('2026-01-15T00:00:00.000Z');
  assert.deepEqual(outcomes({ digest: 'd', now: during }), ['unknown']);
  assert.deepEqual(outcomes({ digest: 'other', now: during }), []);
  assert.deepEqual(outcomes({ digest: 'd', now: new Date('2026-02-01T00:00:00.000Z') }), []);
  const { approvedAt: _approvedAt, ...wish } = release;
  assert.deepEqual(outcomes({ digest: 'd', now: during }, [wish]), []);
});
