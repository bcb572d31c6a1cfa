import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type JinjaExpression, type JinjaStatement, parseJinja } from '../../../src/formats/index.ts';

function expressionOf(text: string): JinjaExpression {
  const { template, problems } = parseJinja(`{{ ${text} }}`);
  assert.deepEqual(problems, [], text);
  const [statement] = template?.body ?? [];
  assert.ok(statement?.kind === 'output', text);
  return statement.value;
}

/** The tree as brackets, so that binding strength shows. */
function shape(node: JinjaExpression): string {
  switch (node.kind) {
    case 'literal':
      return JSON.stringify(node.value);
    case 'name':
      return node.name;
    case 'list':
    case 'tuple':
    case 'slice':
      return `${node.kind}(${node.items.map(shape).join(' ')})`;
    case 'dict':
      return `dict(${node.entries.map(({ key, value }) => `${shape(key)}:${shape(value)}`).join(' ')})`;
    case 'attribute':
      return `${shape(node.object)}.${node.name}`;
    case 'item':
      return `${shape(node.object)}[${shape(node.key)}]`;
    case 'call':
      return `${shape(node.callee)}(${node.args.map(({ name, value }) => (name === undefined ? '' : `${name}=`) + shape(value)).join(' ')})`;
    case 'filter':
      return `(${node.object === undefined ? '' : shape(node.object)}|${node.name}${node.args.map(({ value }) => ` ${shape(value)}`).join('')})`;
    case 'test':
      return `(${shape(node.object)} is ${node.name}${node.args.map(({ value }) => ` ${shape(value)}`).join('')})`;
    case 'operation':
      return `(${node.operator} ${node.operands.map(shape).join(' ')})`;
    case 'conditional':
      return `(if ${shape(node.test)} ${shape(node.then)} ${node.otherwise === undefined ? '' : shape(node.otherwise)})`;
  }
}

test('binds operators as Jinja does', () => {
  const cases = {
    'a or b and not c': '(or a (and b (not c)))',
    'a + b * c': '(+ a (* b c))',
    "a ~ b + 'x'": '(+ (~ a b) "x")',
    'a ** b ** c': '(** (** a b) c)',
    '-a|abs': '((- a)|abs)',
    'a.b[0].c(d, e=f)': 'a.b[0].c(d e=f)',
    'a is not none and b': '(and (not (a is none)) b)',
    'a is equalto 3 or b': '(or (a is equalto 3) b)',
    "a is in ['x']": '(a is in list("x"))',
    'a not in b': '(not in a b)',
    'a if b else c': '(if b a c)',
    "a|join(', ')|upper": '((a|join ", ")|upper)',
    'a[1:-1]': 'a[slice(1 (- 1))]',
    'a[::-1]': 'a[slice((- 1))]',
    "'it''s' \"x\"": '"itsx"',
    "{'a': 1, 'b': [2]}": 'dict("a":1 "b":list(2))',
    'x.0': 'x[0]',
    '(a, b)': 'tuple(a b)',
    'a < b == c': '(== (< a b) c)',
    '1_000 + 0xff': '(+ 1000 255)',
  };
  for (const [text, expected] of Object.entries(cases))
    assert.equal(shape(expressionOf(text)), expected, text);
});

test('decodes the escapes of strings, and says when they disguise letters', () => {
  const literal = (text: string) => {
    const node = expressionOf(text);
    assert.ok(node.kind === 'literal');
    return [node.value, node.isDisguised];
  };
  assert.deepEqual(literal(String.raw`'a\nb\'\\'`), ["a\nb'\\", false]);
  assert.deepEqual(literal(String.raw`'\x5f\u005f\U0000005f\137\N{LOW LINE}'`), ['_____', true]);
  assert.deepEqual(literal(String.raw`'\x0a\u2581'`), ['\n▁', false]);
});

test('reads every statement, comments, raw blocks and whitespace control', () => {
  const text = `{#- {{ not }} -#}{% raw %}{{ __class__ }}{% endraw %}{%- set a = 1 -%}{% set b | trim %}x{% endset %}
    {%+ for i, j in x.items() if i recursive %}{{ i }}{% break %}{% else %}{% continue %}{% endfor %}
    {% if a %}{% elif b %}{% else %}{{ c }}{% endif %}
    {% macro m(p, q=1) %}{{ caller() }}{% endmacro %}{% call(u) m(1) %}{{ u }}{% endcall %}
    {% with k = 1, l = 2 %}{{ k }}{% endwith %}{% filter upper | trim %}y{% endfilter %}
    {% generation %}{{ g }}{% endgeneration %}{% block z scoped %}{% endblock z %}{% do d.e() %}
    {% include 'f' ignore missing %}{% import 'g' as h %}{% from 'i' import j as k, l %}{% extends 'm' %}
    {{ '%}' ~ "}}" }}{{ {'a': {'b': 1}} }}`;
  const { template, problems } = parseJinja(text);
  assert.deepEqual(problems, []);
  const kinds = template?.body.map((statement: JinjaStatement) => statement.kind) ?? [];
  assert.deepEqual(kinds, [
    'set',
    'set',
    'for',
    'if',
    'macro',
    'macro',
    'scope',
    'scope',
    'scope',
    'scope',
    'output',
    'load',
    'load',
    'load',
    'load',
    'output',
    'output',
  ]);
});

test('says where a template is broken', () => {
  for (const text of [
    '{% if %}',
    '{{ a',
    '{# a',
    '{% for a %}{% endfor %}',
    '{{ a[ }}',
    '{{ ) }}',
    '{% nope %}',
    '{{ a ? b }}',
    '{% endif %}',
    "{{ 'a }}",
  ]) {
    const { template, problems } = parseJinja(text);
    assert.equal(template, undefined, text);
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['JINJA_SYNTAX'],
      text,
    );
  }
});

test('nesting, chains and length end at limits, and never at the stack', () => {
  const deep = [
    `{{ ${'('.repeat(5000)}a${')'.repeat(5000)} }}`,
    `{{ ${'not '.repeat(5000)}a }}`,
    `{{ ${'-'.repeat(5000)}a }}`,
    `{{ a${'.b'.repeat(5000)} }}`,
    `{{ a${' ~ a'.repeat(5000)} }}`,
    `{{ a${'|b'.repeat(5000)} }}`,
    `{{ a${' if a'.repeat(5000)} }}`,
    `{{ a${' if a else a'.repeat(5000)} }}`,
    '{% if a %}'.repeat(5000),
    `{{ ${'['.repeat(5000)}${']'.repeat(5000)} }}`,
    'x'.repeat(2 << 20),
    '{{ a }}'.repeat(100_000),
  ];
  for (const text of deep) {
    const { problems } = parseJinja(text);
    assert.deepEqual(
      problems.map(({ severity }) => severity),
      ['limit'],
      text.slice(0, 20),
    );
  }
});

test('pieces of templates in any order never throw', () => {
  const pieces = fc.constantFrom(
    ...'{{|}}|{%|%}|{#|#}|-|if|for|in|else|endif|endfor|set|macro|a|.|[|]|(|)|=|,|"|\'|\\|~|not|is|0|1.5|:| |{|}|raw|endraw'.split(
      '|',
    ),
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
      const { template, problems } = parseJinja(parts.join(''));
      assert.equal(template === undefined, problems.length > 0);
    }),
    { numRuns: 2000 },
  );
});
