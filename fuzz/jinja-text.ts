import fc from 'fast-check';
import { BENIGN_TEMPLATES } from '../test/scan/formats/benign-templates.ts';

const name = fc.constantFrom(
  'messages',
  'm',
  'loop',
  'self',
  'cycler',
  '__class__',
  'ﬁ',
  'true',
  'none',
  'not',
  'if',
);
const literal = fc.constantFrom(
  '1',
  '1.5e9',
  '0x_1',
  "'a'",
  '"\\x41\\N{BULLET}"',
  "'\\u0041'",
  '[]',
  '{}',
  "'",
);

const { expression, body } = fc.letrec<{ expression: string; body: string }>((tie) => {
  const inner = tie('expression');
  const pair = fc.tuple(inner, inner);
  return {
    expression: fc.oneof(
      { maxDepth: 8 },
      name,
      literal,
      pair.map(([a, b]) => `${a} + ${b}`),
      pair.map(([a, b]) => `${a} if ${b} else ${a}`),
      pair.map(([a, b]) => `${a}[${b}]`),
      pair.map(([a, b]) => `${a}(${b}, x=${a}, *${b}, **${a})`),
      pair.map(([a, b]) => `(${a}, ${b})`),
      pair.map(([a, b]) => `{${a}: ${b}}`),
      fc.tuple(inner, name).map(([a, b]) => `${a}.${b}`),
      fc.tuple(inner, name).map(([a, b]) => `${a}|${b}(1)`),
      fc.tuple(inner, name).map(([a, b]) => `${a} is not ${b}`),
      inner.map((a) => `not -${a}[1:${a}:]`),
      pair.map(([a, b]) => `${a} not in ${b} ~ ${a} ** ${b}`),
    ),
    body: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom('text', '{#- note -#}', '{% raw %}{{{% endraw %}', '{{', '%}', '\n', '{%- break %}'),
      inner.map((a) => `{{ ${a} }}`),
      fc
        .tuple(inner, tie('body'))
        .map(([a, b]) => `{% if ${a} %}${b}{% elif ${a} %}{% else %}${b}{% endif %}`),
      fc
        .tuple(inner, tie('body'))
        .map(([a, b]) => `{%- for x, y in ${a} if ${a} recursive -%}${b}{% endfor %}`),
      fc.tuple(inner, tie('body')).map(([a, b]) => `{% set ns.x = ${a} %}{% set y | trim %}${b}{% endset %}`),
      fc
        .tuple(inner, tie('body'))
        .map(([a, b]) => `{% macro f(x, y=${a}) %}${b}{% endmacro %}{% call(z) f(${a}) %}`),
      fc.tuple(inner, tie('body')).map(([a, b]) => `{% with a = ${a} %}${b}{% endwith %}{% include ${a} %}`),
      fc
        .tuple(tie('body'), tie('body'))
        .map(([a, b]) => `${a}${b}{% filter upper %}${a}{% endfilter %}{% do x %}`),
    ),
  };
});

/** A template of everything that Jinja's grammar has, real ones, and heaps of what nests. */
export const jinjaText: fc.Arbitrary<string> = fc.oneof(
  body,
  expression.map((text) => `{{ ${text} }}`),
  fc.constantFrom(...Object.values(BENIGN_TEMPLATES)),
  fc
    .tuple(
      fc.constantFrom('(', '[', '{{ [', '{% if x %}', 'not ', 'x.y', '-', '{#', "'\\", 'a|f', '{'),
      fc.nat(3000),
    )
    .map(([piece, count]) => `{{ ${piece.repeat(count)}`),
);
