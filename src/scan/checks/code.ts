import type { Check, ScanContext, ScanTarget } from '../check.ts';
import { extensionOf } from '../name-claims.ts';
import { textParts } from '../read-text.ts';

const EXTERNAL_REQUIREMENT =
  /^[ \t]*(?:(?:-e|--editable|-i|--index-url|--extra-index-url|-f|--find-links|--trusted-host)[ =].*|[\w.[\], -]{1,200}@\s*(?:git\+|https?:|file:).*|(?:git\+|https?:\/\/|file:).*)$/gim;

const PROSE: ReadonlySet<string> = new Set(['md', 'markdown', 'rst', 'txt', 'html']);

/** Code that comes with a model: Python files, notebooks, requirements from elsewhere. */
export const codeCheck: Check = {
  name: 'code',
  formats: ['python', 'notebook', 'text'],
  async run(target, context) {
    if (target.expected === 'code') return;
    if (isRequirements(target.name)) {
      await checkRequirements(target, context);
      return;
    }
    // Prose about code is not code that anything imports.
    if (target.format === 'python' && !PROSE.has(extensionOf(target.name) ?? ''))
      context.report({ rule: 'CODE_PYTHON', offset: 0, message: 'the file is Python code' }, target);
    if (target.format === 'notebook')
      context.report(
        { rule: 'CODE_NOTEBOOK', offset: 0, message: 'a notebook, whose cells are code' },
        target,
      );
  },
};

async function checkRequirements(target: ScanTarget, context: ScanContext): Promise<void> {
  for await (const { text, start, owns } of textParts(target, context)) {
    for (const match of text.matchAll(EXTERNAL_REQUIREMENT)) {
      if (!owns(match.index)) continue;
      const message = 'a requirement from elsewhere than the package index';
      const offset = start + match.index;
      context.report({ rule: 'CODE_REQUIREMENTS', offset, message, evidence: match[0] }, target);
    }
  }
}

function isRequirements(name: string): boolean {
  const base = name.split(/[/\\]/).at(-1) ?? '';
  return extensionOf(base) === 'txt' && /^(?:requirements|constraints)/i.test(base);
}
