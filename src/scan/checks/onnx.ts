import { type OnnxDocument, type OnnxExternalTensor, readOnnx } from '../../formats/index.ts';
import type { Check, ScanContext, ScanTarget } from '../check.ts';
import { reportFormatProblems } from './format-problems.ts';
import { pathProblem } from './member-path.ts';

/** onnx/external_data_helper.py: the keys that a reader knows; it sets an attribute for any other one. */
const EXTERNAL_KEYS: ReadonlySet<string> = new Set(['location', 'offset', 'length', 'checksum', 'basepath']);
/** Domains of ONNX itself and of the runtimes that everybody has. */
const KNOWN_DOMAINS: ReadonlySet<string> = new Set([
  '',
  'ai.onnx',
  'ai.onnx.ml',
  'ai.onnx.training',
  'ai.onnx.preview.training',
  'com.microsoft',
  'com.microsoft.experimental',
  'com.microsoft.nchwc',
  'com.microsoft.mlfeaturizers',
  'com.ms.internal.nhwc',
  'com.microsoft.extensions',
  'ai.onnx.contrib',
  'org.pytorch.aten',
  'org.pytorch._caffe2',
  'pkg.onnxscript.torch_lib',
  'pkg.onnxscript.torch_lib.common',
  'pkg.torch',
  'onnx.quantize',
]);
const PYTHON_OPERATOR = /^(?:Py(?:Op|Func|Call|Function|Torch)\w*|Python\w*|Eager\w*Py\w*)$/i;
const MAX_SIZE = 1n << 63n;
/** Findings of one kind in one model; a thousand say no more. */
const MAX_FINDINGS = 50;

/** Looks at ONNX models: external data, operators, functions, wherever in the model they stand. */
export const onnxCheck: Check = {
  name: 'onnx',
  formats: ['onnx'],
  async run(target, context) {
    const document = await readOnnx(target.source, {
      maxFields: Math.min(20_000_000, context.budget.operationsLeft),
    });
    context.budget.spendOperations(document.nodeCount);
    reportFormatProblems(
      document.problems,
      { error: 'ONNX_MALFORMED', codes: { PROTOBUF_FIELD_TWICE: 'ONNX_DUPLICATE_FIELD' } },
      { target, context },
    );
    for (const [field, offset] of [...document.unknownFields].slice(0, MAX_FINDINGS)) {
      context.report({ rule: 'ONNX_UNKNOWN_FIELD', offset, message: `the field ${field}` }, target);
    }
    reportExternalData(document, target, context);
    reportOperators(document, target, context);
    reportRecursion(document, target, context);
  },
};

function reportExternalData(
  { externalTensors }: OnnxDocument,
  target: ScanTarget,
  context: ScanContext,
): void {
  let found = 0;
  for (const tensor of externalTensors) {
    for (const finding of externalFindings(tensor)) {
      if (++found <= MAX_FINDINGS) context.report({ ...finding, offset: tensor.offset }, target);
    }
  }
  const files = new Set(externalTensors.flatMap(({ entries }) => valuesOf(entries, 'location')));
  if (files.size === 0) return;
  const message = `${externalTensors.length} tensors in ${files.size} other files`;
  context.report(
    { rule: 'ONNX_EXTERNAL_DATA', message, evidence: [...files].slice(0, 5).join(', ') },
    target,
  );
}

function externalFindings({ name, entries }: OnnxExternalTensor) {
  const findings: {
    rule: 'ONNX_EXTERNAL_PATH' | 'ONNX_EXTERNAL_KEY' | 'ONNX_EXTERNAL_RANGE';
    message: string;
    evidence: string;
  }[] = [];
  for (const { key, value } of entries) {
    if (!EXTERNAL_KEYS.has(key)) {
      findings.push({
        rule: 'ONNX_EXTERNAL_KEY',
        message: 'external data with an unknown key',
        evidence: `${key}=${value}`,
      });
    }
    const problem = key === 'location' || key === 'basepath' ? pathProblem(value) : undefined;
    if (problem !== undefined && !(key === 'basepath' && value === '')) {
      findings.push({
        rule: 'ONNX_EXTERNAL_PATH',
        message: `the ${key} of a tensor ${problem}`,
        evidence: value,
      });
    }
  }
  const range = rangeProblem(entries);
  if (range !== undefined) findings.push({ rule: 'ONNX_EXTERNAL_RANGE', message: range, evidence: name });
  return findings;
}

function rangeProblem(entries: OnnxExternalTensor['entries']): string | undefined {
  if (valuesOf(entries, 'location').length !== 1) return 'external data without one location';
  const numbers = ['offset', 'length'].flatMap((key) => valuesOf(entries, key));
  if (numbers.some((text) => !/^\d{1,19}$/.test(text)))
    return 'external data with an offset or length that is no number';
  if (valuesOf(entries, 'offset').length > 1 || valuesOf(entries, 'length').length > 1) {
    return 'external data with two offsets or lengths';
  }
  const end = numbers.reduce((sum, text) => sum + BigInt(text), 0n);
  return end >= MAX_SIZE ? 'external data whose end overflows' : undefined;
}

function valuesOf(entries: OnnxExternalTensor['entries'], key: string): string[] {
  return entries.filter((entry) => entry.key === key).map(({ value }) => value);
}

function reportOperators(document: OnnxDocument, target: ScanTarget, context: ScanContext): void {
  const own = new Set(document.functions);
  const custom = new Map<string, number>();
  for (const { operator, domain, offset } of document.operators) {
    if (PYTHON_OPERATOR.test(operator)) {
      const message = `the operator ${operator.slice(0, 40)}`;
      context.report(
        { rule: 'ONNX_PYTHON_OPERATOR', offset, message, evidence: `${domain}:${operator}` },
        target,
      );
    } else if (!KNOWN_DOMAINS.has(domain) && !own.has(`${domain}:${operator}`)) {
      if (!custom.has(domain)) custom.set(domain, offset);
    }
  }
  for (const [domain, offset] of [...custom].slice(0, MAX_FINDINGS)) {
    const message = 'operators of a domain that no runtime has by itself';
    context.report({ rule: 'ONNX_CUSTOM_OPERATOR', offset, message, evidence: domain }, target);
  }
}

/** Functions are expanded in place, so one that reaches itself never ends. */
function reportRecursion({ functionCalls }: OnnxDocument, target: ScanTarget, context: ScanContext): void {
  const done = new Set<string>();
  for (const start of functionCalls.keys()) {
    const path: { name: string; rest: string[] }[] = [
      { name: start, rest: [...(functionCalls.get(start) ?? [])] },
    ];
    const open = new Set([start]);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.rest.pop();
      if (next === undefined) {
        path.pop();
        open.delete(top.name);
        done.add(top.name);
      } else if (open.has(next)) {
        context.report(
          { rule: 'ONNX_RECURSION', message: 'a function calls itself', evidence: next },
          target,
        );
        return;
      } else if (!done.has(next)) {
        open.add(next);
        path.push({ name: next, rest: [...(functionCalls.get(next) ?? [])] });
      }
    }
  }
}
