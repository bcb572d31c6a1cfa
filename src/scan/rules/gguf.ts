import type { RuleTable } from './rule.ts';

/** Rules about GGUF files. */
export const GGUF_RULES = {
  GGUF_MALFORMED: {
    severity: 'high',
    verdict: 'suspicious',
    title: 'a GGUF file that breaks its format',
    about:
      'A count, length, type, dimension or offset does not fit. Loaders in C++ have overflowed their heap on such files.',
    advice: 'refuse it, and keep llama.cpp and what builds on it up to date',
    references: ['GHSA-vgg9-87g3-85w8', 'GHSA-96jg-mvhq-q7q7', 'CVE-2025-53630', 'CWE-190'],
  },
  GGUF_DUPLICATE: {
    severity: 'high',
    verdict: 'suspicious',
    title: 'a GGUF key or tensor that appears twice',
    about: 'Readers differ in which of the two they take.',
    advice: 'refuse it: no writer produces duplicates',
    references: ['CWE-694'],
  },
  GGUF_HIDDEN_BYTES: {
    severity: 'high',
    verdict: 'suspicious',
    title: 'bytes behind the last tensor',
    about: 'No loader reads them: room for another file.',
    advice: 'refuse it, or write it again with the tools of llama.cpp',
    references: ['CWE-436'],
  },
  GGUF_UNUSUAL: {
    severity: 'low',
    verdict: 'none',
    title: 'a GGUF file with unusual values',
    about: 'It loads, but no ordinary writer makes it so.',
    advice: 'ask with what it was written',
    references: [],
  },
  GGUF_TOKEN_RANGE: {
    severity: 'medium',
    verdict: 'suspicious',
    title: 'a special token outside the vocabulary',
    about:
      'The number of a special token is not smaller than the number of tokens; loaders use it as an index.',
    advice: 'refuse it, or convert the model again',
    references: ['CWE-129'],
  },
} as const satisfies RuleTable;
