import type { JinjaExpression, JinjaStatement, JinjaTemplate } from '../../formats/index.ts';

/** Texts that are followed for one expression, and steps for one template: templates may multiply them. */
const MAX_TEXTS = 16;
const MAX_STEPS = 20_000;
const MAX_FOLLOWED = 1_000_000;
const MAX_DEPTH = 24;
const MAX_TEXT_CHARS = 1000;

/** What the names of a template may stand for, as far as its constants say. */
export class TemplateValues {
  /** Names that the template itself sets: `set`, loops, macros, parameters. */
  readonly names = new Set<string>();
  /** Names of macros and of nothing else. */
  readonly macros = new Set<string>();
  readonly #definitions = new Map<string, JinjaExpression[]>();
  readonly #fragments = new Map<string, readonly string[]>();
  #steps = 0;
  #followed = 0;

  constructor(template: JinjaTemplate) {
    this.#collect(template.body);
  }

  /** Whether everything was followed that was asked for; names may be set in terms of one another without end. */
  get isWhole(): boolean {
    return this.#followed <= MAX_FOLLOWED;
  }

  /** The texts that an expression may be, where they are made of constants; none: unknown. */
  texts(expression: JinjaExpression, depth = 0): readonly string[] {
    if (depth > MAX_DEPTH || ++this.#steps > MAX_STEPS) return [];
    const inner = (part: JinjaExpression): readonly string[] => this.texts(part, depth + 1);
    // eslint-disable-next-line @typescript-eslint/switch-exhaustiveness-check -- the other kinds never are text
    switch (expression.kind) {
      case 'literal':
        return typeof expression.value === 'string' ? [expression.value] : [];
      case 'name':
      case 'attribute':
        return this.#defined(expression).slice(0, MAX_TEXTS).flatMap(inner).slice(0, MAX_TEXTS);
      case 'operation':
        return this.#operation(expression.operator, expression.operands, inner);
      case 'filter':
        return filterTexts(expression, inner);
      case 'call':
        return callTexts(expression, inner);
      case 'conditional':
        return [expression.then, expression.otherwise].flatMap((part) =>
          part === undefined ? [] : inner(part),
        );
      default:
        return [];
    }
  }

  /** Every constant text that may flow into an expression, put together or not. */
  fragments(expression: JinjaExpression): readonly string[] {
    const { texts, names } = partsOf(expression);
    return [...texts, ...names.flatMap((name) => this.#fragmentsOf(name))];
  }

  /** The texts that may flow into a name, through other names too; each name is followed once per template. */
  #fragmentsOf(name: string): readonly string[] {
    const known = this.#fragments.get(name);
    if (known !== undefined) return known;
    const texts = new Set<string>();
    const seen = new Set([name]);
    // A set that grows while it is walked visits what was added.
    for (const next of seen) {
      for (const value of this.#definitions.get(next) ?? []) {
        if (++this.#followed > MAX_FOLLOWED) break;
        const parts = partsOf(value);
        for (const text of parts.texts) texts.add(text);
        for (const inner of parts.names) seen.add(inner);
      }
    }
    const found = [...texts];
    this.#fragments.set(name, found);
    return found;
  }

  #defined(expression: JinjaExpression): readonly JinjaExpression[] {
    const name = pathOf(expression);
    return name === undefined ? [] : (this.#definitions.get(name) ?? []);
  }

  #operation(
    operator: string,
    operands: readonly JinjaExpression[],
    inner: (part: JinjaExpression) => readonly string[],
  ): readonly string[] {
    const [left, right] = operands;
    if (left === undefined || right === undefined) return [];
    if (operator === '*') return repeated(inner(left), right);
    if (operator === 'or' || operator === 'and') return [...inner(left), ...inner(right)].slice(0, MAX_TEXTS);
    if (operator !== '~' && operator !== '+') return [];
    return product(inner(left), operator === '~' ? [...inner(right), ...numberText(right)] : inner(right));
  }

  #collect(statements: readonly JinjaStatement[]): void {
    for (const statement of statements) {
      if (statement.kind === 'set') this.#define(statement.target, statement.value);
      if (statement.kind === 'for') this.#define(statement.target, statement.iterable);
      if (statement.kind === 'macro') this.#macro(statement);
      if (statement.kind === 'scope')
        for (const { target, value } of statement.bindings) this.#define(target, value);
      for (const body of bodiesOf(statement)) this.#collect(body);
    }
  }

  #macro({ name, parameters }: Extract<JinjaStatement, { kind: 'macro' }>): void {
    if (name !== undefined) this.macros.add(name);
    for (const { target, value } of parameters) this.#define(target, value);
  }

  #define(target: JinjaExpression, value: JinjaExpression | undefined): void {
    if (target.kind === 'tuple') {
      for (const item of target.items) this.#define(item, undefined);
      return;
    }
    const path = pathOf(target);
    if (path === undefined) return;
    this.names.add(path);
    if (value === undefined) return;
    const values = value.kind === 'list' || value.kind === 'tuple' ? value.items : [value];
    for (const item of values) this.#add(path, item);
    // namespace(key=…) and {'key': …} define what is read as name.key.
    if (value.kind === 'call') {
      for (const { name, value: item } of value.args)
        if (name !== undefined) this.#add(`${path}.${name}`, item);
    }
  }

  #add(path: string, value: JinjaExpression): void {
    const values = this.#definitions.get(path);
    if (values === undefined) this.#definitions.set(path, [value]);
    else values.push(value);
  }
}

/** The expressions directly inside one. */
export function childrenOf(expression: JinjaExpression): readonly JinjaExpression[] {
  switch (expression.kind) {
    case 'literal':
    case 'name':
      return [];
    case 'list':
    case 'tuple':
    case 'slice':
      return expression.items;
    case 'dict':
      return expression.entries.flatMap(({ key, value }) => [key, value]);
    case 'attribute':
      return [expression.object];
    case 'item':
      return [expression.object, expression.key];
    case 'call':
      return [expression.callee, ...expression.args.map(({ value }) => value)];
    case 'filter':
    case 'test':
      return [
        ...(expression.object === undefined ? [] : [expression.object]),
        ...expression.args.map(({ value }) => value),
      ];
    case 'operation':
      return expression.operands;
    case 'conditional':
      return [
        expression.test,
        expression.then,
        ...(expression.otherwise === undefined ? [] : [expression.otherwise]),
      ];
  }
}

/** The statements inside a statement. */
export function bodiesOf(statement: JinjaStatement): readonly (readonly JinjaStatement[])[] {
  switch (statement.kind) {
    case 'output':
    case 'load':
      return [];
    case 'for':
      return [statement.body, statement.otherwise];
    case 'if':
      return [...statement.branches.map(({ body }) => body), statement.otherwise];
    case 'set':
    case 'macro':
    case 'scope':
      return [statement.body];
  }
}

/** The constant texts and the names in an expression. */
function partsOf(expression: JinjaExpression): {
  readonly texts: readonly string[];
  readonly names: readonly string[];
} {
  const texts: string[] = [];
  const names: string[] = [];
  const open = [expression];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.kind === 'literal' && typeof node.value === 'string') texts.push(node.value);
    const name = pathOf(node);
    if (name !== undefined) names.push(name);
    for (const child of childrenOf(node)) open.push(child);
  }
  return { texts, names };
}

function pathOf(expression: JinjaExpression): string | undefined {
  if (expression.kind === 'name') return expression.name;
  if (expression.kind !== 'attribute' || expression.object.kind !== 'name') return undefined;
  return `${expression.object.name}.${expression.name}`;
}

type Texts = (part: JinjaExpression) => readonly string[];

function filterTexts(filter: Extract<JinjaExpression, { kind: 'filter' }>, inner: Texts): readonly string[] {
  if (filter.object === undefined) return [];
  if (filter.name === 'join') return joined(filter.object, filter.args[0]?.value, inner);
  const texts = inner(filter.object);
  const [from, to] = filter.args.map(({ value }) => inner(value)[0] ?? '');
  switch (filter.name) {
    case 'lower':
      return texts.map((text) => text.toLowerCase());
    case 'upper':
      return texts.map((text) => text.toUpperCase());
    case 'reverse':
      return texts.map((text) => Array.from(text).reverse().join(''));
    case 'replace':
      return texts.map((text) =>
        from === undefined || from === '' ? text : text.replaceAll(from, to ?? ''),
      );
    case 'trim':
      return texts.map((text) => text.trim());
    case 'format':
      return texts.flatMap((text) => product([text.replace(/%s.*$/s, '')], [from ?? '']));
    case 'string':
    case 'safe':
    case 'e':
    case 'escape':
      return texts;
    default:
      return [];
  }
}

function callTexts(
  { callee, args }: Extract<JinjaExpression, { kind: 'call' }>,
  inner: Texts,
): readonly string[] {
  if (callee.kind !== 'attribute') return [];
  const [first] = args;
  if (callee.name === 'join' && first !== undefined) return joined(first.value, callee.object, inner);
  const as = {
    kind: 'filter',
    object: callee.object,
    name: METHOD_FILTERS[callee.name] ?? '',
    args,
  } as const;
  return filterTexts({ ...as, offset: callee.offset }, inner);
}

/** Methods that do what a filter does. */
const METHOD_FILTERS: Readonly<Record<string, string>> = {
  lower: 'lower',
  upper: 'upper',
  replace: 'replace',
  strip: 'trim',
};

function joined(
  list: JinjaExpression,
  separator: JinjaExpression | undefined,
  inner: Texts,
): readonly string[] {
  if (list.kind !== 'list' && list.kind !== 'tuple') return [];
  const between = (separator === undefined ? [''] : inner(separator))[0] ?? '';
  let texts: readonly string[] = [''];
  for (const [index, item] of list.items.entries()) {
    texts = product(
      texts,
      inner(item).map((text) => (index === 0 ? text : between + text)),
    );
  }
  return texts;
}

function product(lefts: readonly string[], rights: readonly string[]): readonly string[] {
  return lefts
    .flatMap((left) => rights.map((right) => left + right))
    .filter((text) => text.length <= MAX_TEXT_CHARS)
    .slice(0, MAX_TEXTS);
}

function repeated(texts: readonly string[], times: JinjaExpression): readonly string[] {
  if (times.kind !== 'literal' || typeof times.value !== 'number') return [];
  const count = Math.floor(times.value);
  return texts
    .filter((text) => text.length * count <= MAX_TEXT_CHARS)
    .map((text) => text.repeat(Math.max(0, count)));
}

function numberText(expression: JinjaExpression): readonly string[] {
  return expression.kind === 'literal' && typeof expression.value === 'number'
    ? [String(expression.value)]
    : [];
}
