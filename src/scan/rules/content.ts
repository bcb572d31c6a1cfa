import type { RuleTable } from './rule.ts';

const REVIEW = 'read the code before anybody runs it, and approve it like any program';
const REVOKE = 'revoke the secret at its issuer first, then take it out of the file';

/** Rules about programs, code, secrets and settings in files that are not models themselves. */
export const CONTENT_RULES = {
  PROGRAM_FILE: {
    severity: 'high',
    verdict: 'suspicious',
    title: 'a program',
    about:
      'The file is an executable, a library or a script. A model does not need one, except for custom operators.',
    advice: REVIEW,
    references: ['CWE-506'],
  },
  PROGRAM_EMBEDDED: {
    severity: 'high',
    verdict: 'suspicious',
    title: 'a program inside other data',
    about: 'A whole program header stands in the middle of a file of another kind.',
    advice: 'refuse it: weights and metadata hold no programs',
    references: ['CWE-506'],
  },
  MALWARE_TEST_FILE: {
    severity: 'critical',
    verdict: 'malicious',
    title: 'the EICAR test file',
    about:
      'The string that every virus scanner is tested with. It is harmless, and whoever put it there tests us.',
    advice: 'do what would be done with malware',
    references: [],
  },
  CODE_PYTHON: {
    severity: 'medium',
    verdict: 'suspicious',
    title: 'Python code',
    about: 'Code that comes with a model runs where remote code is trusted.',
    advice: REVIEW,
    references: ['CWE-829'],
  },
  CODE_NOTEBOOK: {
    severity: 'medium',
    verdict: 'suspicious',
    title: 'a notebook with code',
    about: 'Cells of code that somebody is meant to run.',
    advice: REVIEW,
    references: ['CWE-829'],
  },
  CODE_REQUIREMENTS: {
    severity: 'medium',
    verdict: 'suspicious',
    title: 'requirements from elsewhere than the package index',
    about:
      'Installing the requirements fetches code from an address, a repository or an index of the file’s choice.',
    advice: 'install only what you would install without this file',
    references: ['CWE-829'],
  },
  CONFIG_REMOTE_CODE: {
    severity: 'high',
    verdict: 'suspicious',
    title: 'settings that make loaders run code',
    about:
      'The configuration names code to be loaded with the model (auto_map, trust_remote_code, custom pipelines, model_file).',
    advice: 'load it only where remote code is refused, or review the code that it names',
    references: ['CVE-2026-5843', 'CWE-829'],
  },
  CONFIG_TARGET_DANGEROUS: {
    severity: 'critical',
    verdict: 'malicious',
    title: 'a setting that calls something dangerous',
    about:
      'Loaders of Hydra configurations import and call what `_target_` names. This runs programs or code, or opens files.',
    advice: 'do not load it; report it to whoever publishes it',
    references: ['CVE-2025-23304', 'CWE-470'],
  },
  CONFIG_TARGET_UNKNOWN: {
    severity: 'high',
    verdict: 'suspicious',
    title: 'a setting that calls something unknown',
    about:
      'Loaders of Hydra configurations import and call what `_target_` names. This is of no framework that is known here.',
    advice: 'find out what it is before the file is loaded',
    references: ['CVE-2025-23304', 'CWE-470'],
  },
  YAML_PYTHON_TAG: {
    severity: 'critical',
    verdict: 'malicious',
    title: 'YAML that builds Python objects',
    about: 'Tags like !!python/object/apply call anything when the file is loaded with an unsafe loader.',
    advice: 'do not load it; load YAML with a safe loader only',
    references: ['CVE-2025-23304', 'CWE-502'],
  },
  YAML_PYTHON_DATA: {
    severity: 'low',
    verdict: 'none',
    title: 'YAML with tags of Python’s plain types',
    about: 'Tags like !!python/tuple hold data only, but need a loader that knows them.',
    advice: 'load it with a loader that takes plain types only',
    references: [],
  },
  YAML_BOMB: {
    severity: 'medium',
    verdict: 'suspicious',
    title: 'YAML that expands without end',
    about: 'Anchors refer to one another so that loading takes all memory.',
    advice: 'do not load it',
    references: ['CWE-776'],
  },
  CARD_SCRIPT: {
    severity: 'low',
    verdict: 'none',
    title: 'active content in a text',
    about: 'Scripts or event handlers of HTML in a text that a console may show.',
    advice: 'show it only sanitised',
    references: ['CWE-79'],
  },
  SECRET_PRIVATE_KEY: {
    severity: 'high',
    verdict: 'suspicious',
    title: 'a private key',
    about:
      'Whoever gets the file can be the key’s owner, and a model is given to many. No model needs one, so a person decides.',
    advice: REVOKE,
    references: ['CWE-312', 'CWE-798'],
  },
  SECRET_TOKEN: {
    severity: 'high',
    verdict: 'none',
    title: 'an access token',
    about: 'Text of the exact form of a provider’s token, random enough to be a real one.',
    advice: REVOKE,
    references: ['CWE-312', 'CWE-798'],
  },
  SECRET_PASSWORD: {
    severity: 'medium',
    verdict: 'none',
    title: 'a password in an address',
    about: 'A URL with a user name and a password.',
    advice: REVOKE,
    references: ['CWE-312'],
  },
} as const satisfies RuleTable;
