import { scanXml, type XmlDeclaration, type XmlElement } from '../../formats/index.ts';
import type { Check, ScanContext, ScanTarget } from '../check.ts';
import type { NewFinding } from '../finding.ts';
import type { RuleId } from '../rules/index.ts';
import { reportFormatProblems } from './format-problems.ts';
import { openvinoFinding } from './openvino.ts';
import { pmmlFinding, pmmlTextFinding } from './pmml.ts';

const RULE_OF_DECLARATION: Readonly<Record<XmlDeclaration['kind'], RuleId>> = {
  doctype: 'XML_DOCTYPE',
  entity: 'XML_ENTITY',
  'entity-reference': 'XML_DOCTYPE',
  instruction: 'XML_INSTRUCTION',
};
const XINCLUDE = /^http:\/\/www\.w3\.org\/(?:2001|2003)\/XInclude/;
const BYTES_PER_OPERATION = 64;
/** Findings of one rule in one file; a thousand say no more. */
const MAX_PER_RULE = 10;

/** Looks at XML: declarations that parsers act on; and at the elements of OpenVINO graphs and PMML models. */
export const xmlCheck: Check = {
  name: 'xml',
  formats: ['openvino', 'pmml', 'xml'],
  async run(target, context) {
    context.budget.spendOperations(Math.ceil(target.source.size / BYTES_PER_OPERATION));
    const report = new XmlReport(target, context);
    const problems = await scanXml(target.source, {
      declaration: (declaration) => {
        report.declaration(declaration);
      },
      element: (element) => {
        report.element(element);
      },
      text: (text, _path, offset) => {
        report.note(pmmlTextFinding(text, offset));
      },
    });
    const codes = { XML_DOCTYPE: 'XML_DOCTYPE' } as const;
    reportFormatProblems(problems, { error: 'XML_MALFORMED', codes }, { target, context });
  },
};

class XmlReport {
  readonly #target: ScanTarget;
  readonly #context: ScanContext;
  readonly #counts = new Map<RuleId, number>();
  #isOpenvino: boolean;
  #isPmml: boolean;

  constructor(target: ScanTarget, context: ScanContext) {
    this.#target = target;
    this.#context = context;
    this.#isOpenvino = target.format === 'openvino';
    this.#isPmml = target.format === 'pmml';
  }

  declaration({ kind, text, offset }: XmlDeclaration): void {
    const isStylesheet = /^<\?xml-stylesheet\b/i.test(text);
    const rule = isStylesheet ? 'XML_INCLUDE' : RULE_OF_DECLARATION[kind];
    this.note({ rule, offset, message: `${kind.replace('-', ' ')} in a model`, evidence: text });
  }

  element(element: XmlElement): void {
    const { name, path, attributes, offset } = element;
    if (path.length === 0) {
      this.#isPmml ||= name === 'PMML';
      this.#isOpenvino ||= name === 'net';
    }
    const isInclude = name === 'include' || attributes.some(({ value }) => XINCLUDE.test(value));
    if (isInclude) this.note({ rule: 'XML_INCLUDE', offset, message: 'an inclusion', evidence: name });
    if (this.#isOpenvino) this.note(openvinoFinding(element));
    if (this.#isPmml) this.note(pmmlFinding(element));
  }

  note(finding: NewFinding | undefined): void {
    if (finding === undefined) return;
    const count = (this.#counts.get(finding.rule) ?? 0) + 1;
    this.#counts.set(finding.rule, count);
    if (count <= MAX_PER_RULE) this.#context.report(finding, this.#target);
  }
}
