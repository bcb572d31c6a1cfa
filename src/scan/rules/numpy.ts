import type { RuleTable } from './rule.ts';

/** Rules about NumPy's own files, and about arrays inside others. */
export const NUMPY_RULES = {
  NUMPY_MALFORMED: {
    severity: 'medium',
    verdict: 'suspicious',
    title: 'a NumPy file that breaks its format',
    about: 'The header is not the literal that NumPy writes, or the data does not have the size it states.',
    advice: 'fetch the file again; if it stays so, refuse it',
    references: ['https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html'],
  },
  NUMPY_OBJECT_ARRAY: {
    severity: 'medium',
    verdict: 'suspicious',
    title: 'an array of Python objects',
    about:
      'The array holds a pickle and loads only with `allow_pickle=True`, which runs what the pickle says. The pickle was looked at as well.',
    advice: 'save the data without objects (as numbers or fixed-width text), or load it as a pickle',
    references: ['CVE-2019-6446', 'CWE-502'],
  },
  NUMPY_TRAILING_DATA: {
    severity: 'low',
    verdict: 'suspicious',
    title: 'bytes behind the array',
    about: 'The file goes on behind the array that its header describes.',
    advice: 'find out what wrote the file, or refuse it',
    references: ['CWE-506'],
  },
} as const satisfies RuleTable;
