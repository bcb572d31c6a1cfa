import type { RuleTable } from './rule.ts';

/** Rules about the scan itself and about what a file is. */
export const SCAN_RULES = {
  SCAN_LIMIT: {
    severity: 'medium',
    verdict: 'none',
    title: 'a limit was reached',
    about:
      'The scan stopped at a limit (time, depth, bytes, members, operations): what lies behind it is not known.',
    advice: 'scan again with higher limits, or treat the file as unscanned',
    references: ['CWE-400'],
  },
  SCAN_FAILED: {
    severity: 'medium',
    verdict: 'none',
    title: 'a check failed',
    about: 'A check could not be finished, so nothing is known of what it looks for.',
    advice: 'treat the file as unscanned, and report this as a bug of strongroom',
    references: [],
  },
  FORMAT_UNKNOWN: {
    severity: 'low',
    verdict: 'none',
    title: 'an unknown format',
    about: 'No reader knows these bytes, so nobody can say what loading them would do.',
    advice: 'find out who wrote the file and with what; prefer safetensors or ONNX',
    references: [],
  },
  FORMAT_UNREADABLE: {
    severity: 'medium',
    verdict: 'none',
    title: 'a container that cannot be looked into',
    about:
      'The format is known but cannot be read here (7z, rar, encrypted members …). Malware was shipped so.',
    advice: 'unpack it in a safe place and scan what was in it',
    references: ['CWE-693'],
  },
  FORMAT_EXTENSION_MISMATCH: {
    severity: 'medium',
    verdict: 'suspicious',
    title: 'the name says another format than the content',
    about:
      'Scanners that trust the extension pass such a file by, and loaders that trust the content run it.',
    advice: 'rename it after what it is, or refuse it',
    references: ['CVE-2025-10155'],
  },
  FORMAT_POLYGLOT: {
    severity: 'high',
    verdict: 'suspicious',
    title: 'several formats at once',
    about: 'The same bytes are valid in two formats, so two programs see two different files.',
    advice: 'refuse it: no ordinary tool writes such a file',
    references: ['CWE-436'],
  },
} as const satisfies RuleTable;
