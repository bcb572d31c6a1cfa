import { utf8Text } from '../../bytes/index.ts';
import { parseJinja } from '../../formats/index.ts';
import type { Check, ScanContext, ScanTarget } from '../check.ts';
import { ruleOf, type Severity } from '../rules/index.ts';
import { inspectTemplate, type TemplateIssue } from './chat-template-inspect.ts';

/** Size of a file with a template; real ones have thirty thousand bytes. */
const MAX_TEMPLATE_BYTES = 4 << 20;
/** Findings of one template; a thousand say no more. */
const MAX_ISSUES = 20;
const CHARS_PER_OPERATION = 4;
const SEVERITIES: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'info'];
const EVIDENCE_CHARS = 120;

/** Where a template stands. */
export interface TemplatePlace {
  readonly target: ScanTarget;
  readonly context: ScanContext;
  /** Of the template in its file, in bytes, where that is known. */
  readonly offset?: number;
  /** It is a template by its place; otherwise only by its look, and broken ones are no finding. */
  readonly isCertain: boolean;
}

/** Looks at files that are Jinja templates (`chat_template.jinja`, `*.j2`). */
export const chatTemplateCheck: Check = {
  name: 'chat-template',
  formats: ['jinja'],
  async run(target, context) {
    if (target.source.size > MAX_TEMPLATE_BYTES) {
      context.inconclusive(
        `jinja: a template of ${target.source.size} bytes, read are ${MAX_TEMPLATE_BYTES}`,
      );
      return;
    }
    const bytes = await target.source.read(0, target.source.size);
    // Templates in another encoding are no templates to Jinja either, but they may be looked at all the same.
    const text = utf8Text(bytes) ?? new TextDecoder('latin1').decode(bytes);
    reportTemplate(text, { target, context, offset: 0, isCertain: true });
  },
};

/** Parses a template and reports whatever in it no chat template needs. */
export function reportTemplate(text: string, { target, context, offset, isCertain }: TemplatePlace): void {
  context.budget.spendOperations(Math.ceil(text.length / CHARS_PER_OPERATION));
  const { template, problems } = parseJinja(text);
  const at = offset === undefined ? {} : { offset };
  for (const { severity, message, offset: where } of problems) {
    if (severity === 'limit') context.inconclusive(`jinja: ${message}`);
    else if (isCertain || looksDangerous(text)) {
      const evidence = text.slice(where, where + EVIDENCE_CHARS);
      context.report(
        { rule: 'TEMPLATE_UNREADABLE', ...at, message: `${message} at ${where}`, evidence },
        target,
      );
    }
  }
  if (template === undefined) return;
  for (const issue of worstFirst(inspectTemplate(template)).slice(0, MAX_ISSUES)) {
    const evidence = text.slice(
      Math.max(0, issue.offset - EVIDENCE_CHARS / 4),
      issue.offset + EVIDENCE_CHARS,
    );
    const message = `${issue.message}, at ${issue.offset} of the template`;
    context.report({ rule: issue.rule, ...at, message, evidence }, target);
  }
}

/** So that a hundred small findings do not push out the one that counts. */
function worstFirst(issues: readonly TemplateIssue[]): readonly TemplateIssue[] {
  return issues.toSorted(
    (a, b) => SEVERITIES.indexOf(ruleOf(a.rule).severity) - SEVERITIES.indexOf(ruleOf(b.rule).severity),
  );
}

/** What a broken template must not hide behind its being broken. */
function looksDangerous(text: string): boolean {
  return /__\w+__|\|\s*attr\b|\\x5f/i.test(text);
}
