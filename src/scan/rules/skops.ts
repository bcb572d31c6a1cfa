import type { RuleTable } from './rule.ts';

/** Rules about skops files. */
export const SKOPS_RULES = {
  SKOPS_OPERATOR: {
    severity: 'critical',
    verdict: 'malicious',
    title: 'a skops node that is not what it says',
    about:
      'Operator and method nodes in affected versions call what their attributes name, past the list of trusted types.',
    advice: 'do not load it',
    references: ['CVE-2025-54412', 'CVE-2025-54413', 'CWE-351'],
  },
  SKOPS_UNTRUSTED_TYPE: {
    severity: 'high',
    verdict: 'suspicious',
    title: 'a skops file with a type that is not trusted by default',
    about: 'The loader refuses it unless somebody trusts that type; then it is imported and made.',
    advice: 'check the type before you trust it',
    references: ['https://skops.readthedocs.io/en/stable/persistence.html'],
  },
  SKOPS_DANGEROUS_TYPE: {
    severity: 'critical',
    verdict: 'malicious',
    title: 'a skops file that names a dangerous function',
    about: 'It names a module that runs programs or code; trusting it hands the host over.',
    advice: 'do not load it',
    references: ['CVE-2025-54412', 'CVE-2025-54886'],
  },
  SKOPS_MALFORMED: {
    severity: 'medium',
    verdict: 'suspicious',
    title: 'a skops schema that breaks its format',
    about: 'A node has an unknown loader or not the parts that it should have.',
    advice: 'refuse it, and ask for the file again from where it was made',
    references: ['CVE-2025-54886'],
  },
} as const satisfies RuleTable;
