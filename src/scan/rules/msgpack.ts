import type { RuleTable } from './rule.ts';

/** Rules about MessagePack. */
export const MSGPACK_RULES = {
  MSGPACK_MALFORMED: {
    severity: 'medium',
    verdict: 'suspicious',
    title: 'a file that is named as MessagePack and is none',
    about: 'A length leads beyond the end, something follows the value, or a byte begins no value.',
    advice: 'ask for the file again from where it was made',
    references: ['https://github.com/msgpack/msgpack/blob/master/spec.md', 'CWE-1284'],
  },
  MSGPACK_EXTENSION: {
    severity: 'low',
    verdict: 'none',
    title: 'an extension of MessagePack that nothing here reads',
    about: 'What its bytes mean is up to a hook of the loader, which may unpickle them.',
    advice: 'find out which program wrote it, and what it does with this type',
    references: ['CWE-502'],
  },
} as const satisfies RuleTable;
