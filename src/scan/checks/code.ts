import type { Check } from '../check.ts';
import { extensionOf } from '../name-claims.ts';
import { readText } from '../read-text.ts';

const EXTERNAL_REQUIREMENT =
  /^\s*(?:(?:-e|--editable|-i|--index-url|--extra-index-url|-f|--find-links|--trusted-host)\b.*|[\w.[\], -]*@\s*(?:git\+|https?:|file:).*|(?:git\+|https?:\/\/|file:).*)$/gim;

const PROSE: ReadonlySet<string> = new Set(['md', 'markdown', 'rst', 'txt', 'html']);

/** Code that comes with a model: Python files, notebooks, requirements from elsewhere. */
export const codeCheck: Check = {
  name: 'code',
  formats: ['python', 'notebook', 'text'],
  async run(target, context) {
    const [first] = await readText(target.source);
    if (first === undefined || target.expected === 'code') return;
    if (isRequirements(target.name)) {
      for (const match of first.text.matchAll(EXTERNAL_REQUIREMENT)) {
        const message = 'a requirement from elsewhere than the package index';
        context.report(
          { rule: 'CODE_REQUIREMENTS', offset: match.index, message, evidence: match[0] },
          target,
        );
      }
      return;
    }
    // Prose about code is not code that anything imports.
    if (target.format === 'python' && !PROSE.has(extensionOf(target.name) ?? ''))
      context.report({ rule: 'CODE_PYTHON', offset: 0, message: 'the file is Python code' }, target);
    if (target.format === 'notebook' && /"cell_type"\s*:\s*"code"/.test(first.text))
      context.report({ rule: 'CODE_NOTEBOOK', message: 'the notebook has cells of code' }, target);
  },
};

function isRequirements(name: string): boolean {
  const base = name.split(/[/\\]/).at(-1) ?? '';
  return extensionOf(base) === 'txt' && /^(?:requirements|constraints)/i.test(base);
}
