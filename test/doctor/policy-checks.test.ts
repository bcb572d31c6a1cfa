import test from 'node:test';
import { type NamespaceTrust, parseNamespaceName } from '../../src/api/index.ts';
import { checkPolicies, type PolicyFacts } from '../../src/doctor/index.ts';
import { DEFAULT_TRUST } from '../../src/trust/index.ts';
import { expectLine } from './line-of.ts';

const SCANNED = { ruleSet: 'r', staleFiles: 0, staleVersions: 0 };

function look(
  trust: Partial<NamespaceTrust>,
  more: Partial<PolicyFacts> & { readonly encryption?: 'on' | 'off' } = {},
) {
  const namespace = {
    name: parseNamespaceName('acme'),
    createdAt: '2026-01-01T00:00:00.000Z',
    encryption: more.encryption ?? ('on' as const),
    keyScope: 'namespace' as const,
    modelCount: 0,
    trust: { ...DEFAULT_TRUST, ...trust },
  };
  return checkPolicies({ namespaces: [namespace], scans: more.scans ?? SCANNED });
}

test('the secure defaults pass every line', () => {
  for (const name of ['encryption', 'malicious-files', 'doubtful-files', 'approvals', 'scans']) {
    expectLine(look({}), name, ['pass', /./]);
  }
});

test('encryption: warns where it is switched off', () => {
  expectLine(look({}, { encryption: 'off' }), 'encryption', ['warn', /switched off: acme/]);
});

test('malicious files: fails where they come in, and where they are handed out', () => {
  const enter = { ...DEFAULT_TRUST.enter, malicious: 'allow' } as const;
  expectLine(look({ enter }), 'malicious-files', ['fail', /acme/]);
  expectLine(look({ fetch: { malicious: 'allow' } }), 'malicious-files', ['fail', /acme/]);
  expectLine(look({ serve: { malicious: 'allow' } }), 'malicious-files', ['fail', /acme/]);
});

test('doubtful files: warns where any of them comes in', () => {
  for (const outcome of ['suspicious', 'unknown', 'inconclusive'] as const) {
    const enter = { ...DEFAULT_TRUST.enter, [outcome]: 'allow' };
    expectLine(look({ enter }), 'doubtful-files', ['warn', /acme/]);
  }
});

test('approvals: warns where one person is enough', () => {
  expectLine(look({ approvals: 1 }), 'approvals', ['warn', /one person alone .*acme/]);
});

test('scans: warns while files wait for the rules in force', () => {
  const scans = { ruleSet: 'r', staleFiles: 3, staleVersions: 2 };
  expectLine(look({}, { scans }), 'scans', ['warn', /3 files of 2 versions/]);
});
