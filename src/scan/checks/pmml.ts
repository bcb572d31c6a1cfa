import type { XmlElement } from '../../formats/index.ts';
import type { NewFinding } from '../finding.ts';

const SCRIPT = /^(?:script|java|groovy|javascript|python|scala)$/i;
const ACTIVE_VALUE =
  /javascript:|<script\b|Runtime\.getRuntime|ProcessBuilder|__import__\s*\(|\bos\.system\b|jndi:/i;

/** What is wrong with one element of a PMML model, if anything. */
export function pmmlFinding({ name, attributes, offset }: XmlElement): NewFinding | undefined {
  const active = attributes.find(({ value }) => ACTIVE_VALUE.test(value));
  if (SCRIPT.test(name) || active !== undefined) {
    return { rule: 'PMML_ACTIVE_TEXT', offset, message: 'code in a model', evidence: active?.value ?? name };
  }
  if (name !== 'Extension') return undefined;
  const evidence = attributes.map((attribute) => `${attribute.name}=${attribute.value}`).join(' ');
  return { rule: 'PMML_EXTENSION', offset, message: 'an extension', evidence };
}

/** The same for text between elements. */
export function pmmlTextFinding(text: string, offset: number): NewFinding | undefined {
  if (!ACTIVE_VALUE.test(text)) return undefined;
  return { rule: 'PMML_ACTIVE_TEXT', offset, message: 'code in a model', evidence: text };
}
