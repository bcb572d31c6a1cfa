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
  /** It is a template by its place; otherwise only by its look: then only what is certainly malicious is a finding. */
  readonly isCertain: boolean;
}

/** Looks at files that are Jinja templates (`chat_template.jinja`, `*.j2`). */
export const chatTemplateCheck: Check = {
  name: 'chat-template',
  formats: ['jinja'],
  run: (target, context) => reportFile(target, context, true),
};

/** Looks at templates in YAML. A check of its own, so that a template that looks like YAML too is looked at as one. */
export const yamlTemplateCheck: Check = {
  name: 'yaml-template',
  formats: ['yaml'],
  run: (target, context) => reportFile(target, context, false),
};

async function reportFile(target: ScanTarget, context: ScanContext, isCertain: boolean): Promise<void> {
  const { size } = target.source;
  if (size > MAX_TEMPLATE_BYTES) {
    context.inconclusive(`jinja: a template of ${size} bytes, read are ${MAX_TEMPLATE_BYTES}`);
    return;
  }
  const bytes = await target.source.read(0, size);
  // Templates in another encoding are no templates to Jinja either, but they may be looked at all the same.
  const text = utf8Text(bytes) ?? new TextDecoder('latin1').decode(bytes);
  reportTemplate(text, { target, context, offset: 0, isCertain });
}

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
  const { issues, isWhole } = inspectTemplate(template);
  if (!isWhole) context.inconclusive('jinja: names that are set in terms of one another without end');
  // Text that only looks like a template is reported where no text looks so by chance.
  const told = issues.filter(({ rule }) => isCertain || ruleOf(rule).verdict === 'malicious');
  for (const issue of worstFirst(told).slice(0, MAX_ISSUES)) {
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
