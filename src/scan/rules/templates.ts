import type { RuleTable } from './rule.ts';

/** Rules about Jinja templates and about JSON as such. */
export const TEMPLATE_RULES = {
  TEMPLATE_INTERNALS: {
    severity: 'critical',
    verdict: 'malicious',
    title: 'a template that reaches into Python',
    about:
      'It names an attribute such as __class__ or __globals__, the way from any value to every function of Python.',
    advice: 'do not load the model; report it to whoever publishes it',
    references: ['CVE-2024-34359', 'CWE-1336'],
  },
  TEMPLATE_OBFUSCATED: {
    severity: 'high',
    verdict: 'malicious',
    title: 'a template that hides a name',
    about:
      'It puts the name of an attribute together from pieces, or spells it by escapes, so that filters miss it.',
    advice: 'do not load the model; honest templates have nothing to hide',
    references: ['CVE-2024-34359', 'CWE-1336'],
  },
  TEMPLATE_COMPUTED_KEY: {
    severity: 'medium',
    verdict: 'suspicious',
    title: 'a template that puts a key together with underscores',
    about:
      'A key that is made from an underscore and unknown text may become the name of an attribute of Python.',
    advice: 'read the template; render it only in a sandbox',
    references: ['CWE-1336'],
  },
  TEMPLATE_CALL: {
    severity: 'high',
    verdict: 'suspicious',
    title: 'a template that calls something unknown',
    about:
      'Chat templates call a short list of functions and methods of strings, lists and maps. This is none of them.',
    advice: 'read the template; render it only in a sandbox',
    references: ['CWE-1336'],
  },
  TEMPLATE_GLOBAL: {
    severity: 'high',
    verdict: 'suspicious',
    title: 'a template that uses an object of the host',
    about:
      'Objects such as self, cycler, lipsum, request or config lead from a template to the program around it.',
    advice: 'read the template; render it only in a sandbox',
    references: ['CWE-1336'],
  },
  TEMPLATE_FILTER: {
    severity: 'medium',
    verdict: 'suspicious',
    title: 'a template with an unknown filter or test',
    about:
      'The filter or test is none that chat templates use; the renderer may have it, and it may do anything.',
    advice: 'read the template; render it only in a sandbox',
    references: ['CWE-1336'],
  },
  TEMPLATE_LOAD: {
    severity: 'high',
    verdict: 'suspicious',
    title: 'a template that loads another one',
    about: 'include, import and extends read files of the host; a chat template stands alone.',
    advice: 'refuse it',
    references: ['CWE-98'],
  },
  TEMPLATE_AMPLIFIES: {
    severity: 'medium',
    verdict: 'suspicious',
    title: 'a template that makes a great deal out of nothing',
    about: 'A huge range or a string multiplied by a huge number fills the memory of whoever renders it.',
    advice: 'refuse it, or render it with limits on time and memory',
    references: ['CWE-770'],
  },
  TEMPLATE_UNREADABLE: {
    severity: 'medium',
    verdict: 'suspicious',
    title: 'a template that is no Jinja',
    about: 'It cannot be parsed, so nobody can say what another renderer makes of it.',
    advice: 'ask for a template that Jinja2 accepts',
    references: [],
  },
  JSON_DUPLICATE_KEY: {
    severity: 'medium',
    verdict: 'suspicious',
    title: 'a key that appears twice in a JSON object',
    about: 'Parsers differ in which of the two they take, so a check may see another value than the loader.',
    advice: 'refuse it: no writer produces duplicate keys',
    references: ['CWE-436', 'CWE-694'],
  },
  JSON_MALFORMED: {
    severity: 'low',
    verdict: 'none',
    title: 'broken JSON',
    about:
      'The text is not JSON as RFC 8259 has it; lenient loaders may read something else than was looked at.',
    advice: 'ask for the file again from where it was made',
    references: [],
  },
} as const satisfies RuleTable;
