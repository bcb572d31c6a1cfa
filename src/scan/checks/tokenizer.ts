import { JsonObject, type JsonValue } from '../../formats/index.ts';
import type { ScanContext, ScanTarget } from '../check.ts';
import { reportTemplate } from './chat-template.ts';

/** `chat_template`, `default_chat_template`, `tool_use_template` … */
const TEMPLATE_KEY = /template/i;
const MARKS = ['{%', '{{'];

interface Place {
  readonly target: ScanTarget;
  readonly context: ScanContext;
}

/**
 * Reports the templates in a tokenizer's or processor's configuration: one, a list of named ones, or a map; and text
 * with the marks of a template wherever it stands.
 */
export function reportTokenizerTemplates(root: JsonValue, place: Place): void {
  const open: { value: JsonValue; offset: number; isTemplate: boolean }[] = [
    { value: root, offset: 0, isTemplate: false },
  ];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, offset, isTemplate } = next;
    if (typeof value === 'string') reportText(value, { ...place, offset, isTemplate });
    else if (value instanceof JsonObject) {
      for (const member of value.members) {
        open.push({
          value: member.value,
          offset: member.offset,
          isTemplate: isTemplate || TEMPLATE_KEY.test(member.key),
        });
      }
    } else if (Array.isArray(value)) {
      for (const item of value as readonly JsonValue[]) open.push({ value: item, offset, isTemplate });
    }
  }
}

function reportText(
  text: string,
  { target, context, offset, isTemplate }: Place & { offset: number; isTemplate: boolean },
): void {
  if (!MARKS.some((mark) => text.includes(mark))) return;
  reportTemplate(text, { target, context, offset, isCertain: isTemplate });
}
