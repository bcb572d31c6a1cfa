import type { JinjaArgument, JinjaExpression, JinjaStatement, JinjaTemplate } from '../../formats/index.ts';
import type { RuleId } from '../rules/index.ts';
import {
  CALLABLE_METHODS,
  CALLABLE_NAMES,
  FILTERS,
  HOST_NAMES,
  isInternal,
  TESTS,
} from './chat-template-names.ts';
import { bodiesOf, childrenOf, TemplateValues } from './chat-template-values.ts';

/** Something in a template that no chat template needs. */
export interface TemplateIssue {
  readonly rule: RuleId;
  /** In UTF-16 units from the start of the template. */
  readonly offset: number;
  readonly message: string;
}

/** Numbers from which a literal only serves to use up memory or time. */
const MAX_RANGE = 100_000;
const MAX_REPEAT = 100_000;
const MAX_EXPONENT = 1000;
const MAX_WIDTH = 100_000;
const DUNDER = /^__\w+__$/;
/** `{0.__class__}` and `{x[__init__]}` in a format string; `%c` makes characters out of numbers. */
const FORMAT_INTERNALS = /\{[^{}]*[.[]\s*_/;
const FORMAT_CHARACTERS = /%\d*c|\{\d*:c\}/;

/** What was found in a template. */
export interface TemplateInspection {
  readonly issues: readonly TemplateIssue[];
  /** Whether all of it could be followed. */
  readonly isWhole: boolean;
}

/** Holds a template against what chat templates are allowed to do; nothing of it is run. */
export function inspectTemplate(template: JinjaTemplate): TemplateInspection {
  const values = new TemplateValues(template);
  const inspector = new Inspector(values);
  inspector.statements(template.body);
  return { issues: inspector.issues, isWhole: values.isWhole };
}

class Inspector {
  readonly issues: TemplateIssue[] = [];
  readonly #values: TemplateValues;

  constructor(values: TemplateValues) {
    this.#values = values;
  }

  statements(statements: readonly JinjaStatement[]): void {
    for (const statement of statements) {
      for (const expression of expressionsOf(statement)) this.#expression(expression);
      if (statement.kind === 'load') this.#note('TEMPLATE_LOAD', statement, `the tag ${statement.tag}`);
      for (const body of bodiesOf(statement)) this.statements(body);
    }
  }

  /** Without recursion: a chain of operators is as deep a tree as it is long. */
  #expression(expression: JinjaExpression): void {
    const open = [expression];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      this.#node(node);
      for (const child of childrenOf(node)) open.push(child);
    }
  }

  #node(node: JinjaExpression): void {
    switch (node.kind) {
      case 'literal':
        this.#literal(node);
        break;
      case 'name':
        this.#name(node);
        break;
      case 'attribute':
        this.#attribute(node, node.name);
        break;
      case 'item':
        this.#key(node, node.key);
        break;
      case 'call':
        this.#call(node);
        break;
      case 'filter':
        this.#filter(node);
        break;
      case 'test':
        if (!TESTS.has(node.name)) this.#note('TEMPLATE_FILTER', node, `the test ${node.name}`);
        break;
      case 'operation':
        this.#operation(node);
        break;
      case 'list':
      case 'tuple':
      case 'slice':
      case 'dict':
      case 'conditional':
        break;
    }
  }

  #literal(node: Extract<JinjaExpression, { kind: 'literal' }>): void {
    if (typeof node.value !== 'string') return;
    if (node.isDisguised) this.#note('TEMPLATE_OBFUSCATED', node, 'a text that spells letters by escapes');
    if (DUNDER.test(node.value)) this.#note('TEMPLATE_INTERNALS', node, `the text ${node.value}`);
    else if (FORMAT_INTERNALS.test(node.value)) {
      this.#note('TEMPLATE_INTERNALS', node, 'a format string that reads internal attributes');
    }
  }

  #name(node: Extract<JinjaExpression, { kind: 'name' }>): void {
    if (node.name.startsWith('__')) this.#note('TEMPLATE_INTERNALS', node, `the name ${node.name}`);
    else if (HOST_NAMES.has(node.name) && !this.#values.names.has(node.name)) {
      this.#note('TEMPLATE_GLOBAL', node, `the name ${node.name}`);
    }
  }

  #attribute(node: JinjaExpression, name: string): void {
    if (isInternal(name)) this.#note('TEMPLATE_INTERNALS', node, `the attribute ${name}`);
  }

  /** `object[key]` falls back to the attribute of that name. */
  #key(node: JinjaExpression, key: JinjaExpression): void {
    if (key.kind === 'literal') {
      if (typeof key.value === 'string') this.#attribute(node, key.value);
      return;
    }
    if (key.kind === 'slice') return;
    const texts = this.#values.texts(key);
    const internal = texts.find((text) => isInternal(text));
    if (internal !== undefined)
      this.#note('TEMPLATE_OBFUSCATED', node, `the attribute ${internal} in pieces`);
    else if (texts.length === 0) this.#computed(node, key);
  }

  #call(node: Extract<JinjaExpression, { kind: 'call' }>): void {
    const { callee, args } = node;
    if (callee.kind === 'name') {
      const isKnown = CALLABLE_NAMES.has(callee.name) || this.#values.macros.has(callee.name);
      // A name of the host is reported by itself.
      if (!isKnown && !HOST_NAMES.has(callee.name))
        this.#note('TEMPLATE_CALL', node, `a call of ${callee.name}`);
      if (callee.name === 'range') this.#amplifies(node, args, MAX_RANGE);
    } else if (callee.kind === 'attribute') {
      if (!CALLABLE_METHODS.has(callee.name) && !isInternal(callee.name)) {
        this.#note('TEMPLATE_CALL', node, `a call of the method ${callee.name}`);
      }
      if (['center', 'ljust', 'rjust', 'zfill'].includes(callee.name)) this.#amplifies(node, args, MAX_WIDTH);
      if (callee.name === 'format') this.#format(callee.object);
    } else this.#note('TEMPLATE_CALL', node, 'a call of the result of an expression');
  }

  #filter(node: Extract<JinjaExpression, { kind: 'filter' }>): void {
    const { name, args, object } = node;
    for (const value of attributeArguments(node)) this.#attributeArgument(node, value);
    const applied = name === 'map' ? args[0] : undefined;
    const filter = applied?.name === undefined ? applied?.value : undefined;
    if (filter !== undefined && !this.#values.texts(filter).every((text) => FILTERS.has(text))) {
      this.#note('TEMPLATE_FILTER', node, 'a map with an unknown filter');
    }
    if (!FILTERS.has(name)) this.#note('TEMPLATE_FILTER', node, `the filter ${name}`);
    if (['center', 'indent', 'wordwrap'].includes(name)) this.#amplifies(node, args, MAX_WIDTH);
    if (name === 'format' && object !== undefined) this.#format(object);
  }

  #attributeArgument(node: JinjaExpression, value: JinjaExpression): void {
    const texts = this.#values.texts(value);
    const internal = texts.flatMap((text) => text.split('.')).find(isInternal);
    if (internal !== undefined) this.#note('TEMPLATE_INTERNALS', node, `the attribute ${internal}`);
    else if (texts.length === 0) this.#computed(node, value);
  }

  /** A name that is only known when the template is rendered, but is made with underscores. */
  #computed(node: JinjaExpression, key: JinjaExpression): void {
    const fragments = this.#values.fragments(key);
    if (fragments.some((text) => text.includes('__'))) {
      this.#note('TEMPLATE_OBFUSCATED', node, 'a name that is put together from pieces with two underscores');
    } else if (fragments.includes('_')) {
      this.#note('TEMPLATE_COMPUTED_KEY', node, 'a name that is put together with an underscore');
    }
  }

  #format(object: JinjaExpression): void {
    if (this.#values.fragments(object).some((text) => FORMAT_CHARACTERS.test(text))) {
      this.#note('TEMPLATE_OBFUSCATED', object, 'a format that makes characters out of numbers');
    }
  }

  #operation({ operator, operands, offset }: Extract<JinjaExpression, { kind: 'operation' }>): void {
    const [left, right] = operands;
    if (left === undefined) return;
    if (operator === '%') this.#format(left);
    const limit = operator === '*' ? MAX_REPEAT : operator === '**' ? MAX_EXPONENT : undefined;
    if (limit === undefined || right === undefined) return;
    const isText =
      operator === '**' ||
      [left, right].some((side) => side.kind !== 'literal' || typeof side.value !== 'number');
    const isLarge = [left, right].some((side) => numberOf(side) >= limit);
    if (isText && isLarge) this.#note('TEMPLATE_AMPLIFIES', { offset }, 'a multiplication by a huge number');
  }

  #amplifies(node: JinjaExpression, args: readonly JinjaArgument[], limit: number): void {
    if (args.some(({ value }) => numberOf(value) >= limit)) {
      this.#note('TEMPLATE_AMPLIFIES', node, 'a huge number as length');
    }
  }

  #note(rule: RuleId, { offset }: { readonly offset: number }, message: string): void {
    this.issues.push({ rule, offset, message: message.slice(0, 100) });
  }
}

/** The arguments of a filter that name attributes. */
function attributeArguments({
  name: filter,
  args,
}: Extract<JinjaExpression, { kind: 'filter' }>): readonly JinjaExpression[] {
  const first = FIRST_ATTRIBUTE_ARGUMENT[filter] ?? Number.POSITIVE_INFINITY;
  return args
    .filter(({ name }, index) => name === 'attribute' || (name === undefined && index === first))
    .map(({ value }) => value);
}

/** Where among its arguments a filter takes the name of an attribute. */
const FIRST_ATTRIBUTE_ARGUMENT: Readonly<Record<string, number>> = {
  attr: 0,
  selectattr: 0,
  rejectattr: 0,
  groupby: 0,
  sum: 0,
  join: 1,
  map: 1,
  min: 1,
  max: 1,
  unique: 1,
  sort: 2,
};

/** The number that constants make, as far as powers and products of them go. */
function numberOf(expression: JinjaExpression): number {
  if (expression.kind === 'literal') return typeof expression.value === 'number' ? expression.value : 0;
  if (expression.kind !== 'operation') return 0;
  const [left = 0, right = 0] = expression.operands.map(numberOf);
  if (expression.operator === '**') return left ** right;
  if (expression.operator === '*') return left * right;
  return 0;
}

function expressionsOf(statement: JinjaStatement): readonly JinjaExpression[] {
  switch (statement.kind) {
    case 'output':
      return [statement.value];
    case 'load':
      return [statement.source];
    case 'for':
      return [statement.target, statement.iterable, ...present(statement.condition)];
    case 'if':
      return statement.branches.map(({ test }) => test);
    case 'set':
      return [...(statement.target.kind === 'name' ? [] : [statement.target]), ...present(statement.value)];
    case 'macro':
      return [...statement.parameters.flatMap(({ value }) => present(value)), ...present(statement.call)];
    case 'scope':
      return [...statement.bindings.flatMap(({ value }) => present(value)), ...present(statement.expression)];
  }
}

function present(expression: JinjaExpression | undefined): readonly JinjaExpression[] {
  return expression === undefined ? [] : [expression];
}
