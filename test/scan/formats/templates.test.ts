import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ggufFile, ggufString, ggufStrings } from '../../formats/build/gguf.ts';
import { BENIGN_TEMPLATES } from './benign-templates.ts';
import { rulesOf, scanFile } from './scan-file.ts';

/** Payloads of CVE-2024-34359 and of those who tried to hide them, each with the rule that must find it. */
const MALICIOUS: Readonly<Record<string, readonly [template: string, rule: string]>> = {
  'the published payload': [
    "{% for x in ().__class__.__base__.__subclasses__() %}{% if 'warning' in x.__name__ %}{{ x()._module.__builtins__['__import__']('os').popen('id').read() }}{% endif %}{% endfor %}",
    'TEMPLATE_INTERNALS',
  ],
  'through self': ['{{ self.__init__.__globals__.__builtins__ }}', 'TEMPLATE_INTERNALS'],
  'through cycler': ["{{ cycler.__init__.__globals__.os.popen('id').read() }}", 'TEMPLATE_INTERNALS'],
  'through lipsum in a subscript': ["{{ lipsum['__globals__']['os'].system('id') }}", 'TEMPLATE_INTERNALS'],
  'through a frame': ["{{ (messages|map('upper')).gi_frame.f_builtins }}", 'TEMPLATE_INTERNALS'],
  'by attr': ["{{ ''|attr('__class__')|attr('__mro__') }}", 'TEMPLATE_INTERNALS'],
  'by map': ["{{ [messages]|map(attribute='__class__')|list }}", 'TEMPLATE_INTERNALS'],
  'by groupby': ["{{ messages|groupby('__class__.__init__') }}", 'TEMPLATE_INTERNALS'],
  'by sort': ["{{ messages|sort(attribute='__class__') }}", 'TEMPLATE_INTERNALS'],
  'by a format string': ["{{ '{0.__class__.__init__.__globals__}'.format(messages) }}", 'TEMPLATE_INTERNALS'],
  'by a format string with keys': ["{{ '{x[__init__]}'.format(x=messages) }}", 'TEMPLATE_INTERNALS'],
  'escapes of bytes': [String.raw`{{ ''['\x5f\x5fclass\x5f\x5f'] }}`, 'TEMPLATE_INTERNALS'],
  'escapes of code points': [String.raw`{{ ''['\u005f\u005fclass__'] }}`, 'TEMPLATE_INTERNALS'],
  'escapes of octal numbers': [String.raw`{{ ''['\137\137class__'] }}`, 'TEMPLATE_INTERNALS'],
  'escaped letters': [String.raw`{{ x['\x6f\x73'] }}`, 'TEMPLATE_OBFUSCATED'],
  'two pieces': ["{{ ''['__cla' ~ 'ss__'] }}", 'TEMPLATE_OBFUSCATED'],
  'neighbouring literals': ["{{ ''['__cla' 'ss__'] }}", 'TEMPLATE_INTERNALS'],
  'pieces in variables': ["{% set a = '__cla' %}{% set b = 'ss__' %}{{ ''[a + b] }}", 'TEMPLATE_OBFUSCATED'],
  'pieces in a namespace': [
    "{% set ns = namespace(k='__') %}{% set ns.k = ns.k ~ 'class__' %}{{ ''[ns.k] }}",
    'TEMPLATE_OBFUSCATED',
  ],
  'a joined list': ["{{ ''[['__', 'class', '__']|join] }}", 'TEMPLATE_OBFUSCATED'],
  'a joined list by its method': ["{{ ''[''.join(['__', 'class', '__'])] }}", 'TEMPLATE_OBFUSCATED'],
  backwards: ["{{ ''['__ssalc__'|reverse] }}", 'TEMPLATE_OBFUSCATED'],
  'in capitals': ["{{ ''['__CLASS__'|lower] }}", 'TEMPLATE_OBFUSCATED'],
  'by replacement': ["{{ ''['XXclassXX'.replace('X', '_')] }}", 'TEMPLATE_OBFUSCATED'],
  'repeated underscores': ["{{ ''['_' * 2 ~ 'class' ~ '_' * 2] }}", 'TEMPLATE_OBFUSCATED'],
  'with a part of the data': ["{{ x['__' ~ messages[0].content ~ '__'] }}", 'TEMPLATE_OBFUSCATED'],
  'numbers as characters': ["{{ x['%c%c' | format(95, 95)] }}", 'TEMPLATE_OBFUSCATED'],
  'behind fifty kilobytes': [`${'x'.repeat(60_000)}{{ x.__class__ }}`, 'TEMPLATE_INTERNALS'],
  'behind a comment and a raw block': [
    '{# {{ #}{% raw %}{{ {% endraw %}{{ x.__class__ }}',
    'TEMPLATE_INTERNALS',
  ],
  'in the default of a macro': ['{% macro m(a=x.__class__) %}{% endmacro %}', 'TEMPLATE_INTERNALS'],
  'in the condition of a loop': ['{% for a in b if a.__class__ %}{% endfor %}', 'TEMPLATE_INTERNALS'],
  'as the target of set': ['{% set x.__class__ = 1 %}', 'TEMPLATE_INTERNALS'],
};

const SUSPICIOUS: Readonly<Record<string, readonly [template: string, rule: string]>> = {
  'a function of the host': ["{{ url_for('x') }}", 'TEMPLATE_GLOBAL'],
  'an unknown function': ['{{ run(messages) }}', 'TEMPLATE_CALL'],
  'an unknown method': ['{{ messages.save() }}', 'TEMPLATE_CALL'],
  'a called value': ['{{ messages[0](1) }}', 'TEMPLATE_CALL'],
  'an unknown filter': ['{{ messages|shell }}', 'TEMPLATE_FILTER'],
  'an unknown filter by map': ["{{ messages|map('shell')|list }}", 'TEMPLATE_FILTER'],
  'another template': ["{% include '/etc/passwd' %}", 'TEMPLATE_LOAD'],
  'a key with single underscores': ["{{ x['_' ~ messages[0].content ~ '_'] }}", 'TEMPLATE_COMPUTED_KEY'],
  'a huge range': ['{% for i in range(10 ** 9) %}{% endfor %}', 'TEMPLATE_AMPLIFIES'],
  'a huge text': ["{{ 'a' * 999999999 }}", 'TEMPLATE_AMPLIFIES'],
  'no template': ['{% if x %}', 'TEMPLATE_UNREADABLE'],
};

test('CVE-2024-34359: finds every payload in a GGUF file, under any name of a template', async () => {
  for (const [name, [template, rule]] of Object.entries(MALICIOUS)) {
    for (const key of ['tokenizer.chat_template', 'tokenizer.chat_template.tool_use']) {
      const report = await scanFile('m.gguf', ggufFile({ entries: [[key, 8, ggufString(template)]] }));
      assert.equal(report.verdict, 'malicious', `${name}: ${rulesOf(report).join()}`);
      assert.ok(rulesOf(report).includes(rule), `${name}: ${rulesOf(report).join()}`);
    }
  }
});

test('finds a payload in an array of templates, and in front of a broken place', async () => {
  const payload = '{{ x.__class__ }}';
  const array = ggufFile({ entries: [['tokenizer.chat_templates', 9, ggufStrings(['a', payload])]] });
  assert.equal((await scanFile('m.gguf', array)).verdict, 'malicious');
  const broken = ggufFile({
    entries: [
      ['tokenizer.chat_template', 8, ggufString(payload)],
      ['x', 99, new Uint8Array(0)],
    ],
  });
  assert.equal((await scanFile('m.gguf', broken)).verdict, 'malicious');
});

test('finds every payload in JSON and in a file of its own', async () => {
  for (const [name, [template, rule]] of Object.entries(MALICIOUS)) {
    const files = {
      'tokenizer_config.json': JSON.stringify({ chat_template: template }),
      'processor_config.json': JSON.stringify({
        chat_template: [
          { name: 'default', template: 'x' },
          { name: 'rag', template },
        ],
      }),
      'chat_template.json': JSON.stringify({ a: { chat_template: { default: template } } }),
      'chat_template.jinja': template,
      'prompt.j2': template,
    };
    for (const [file, content] of Object.entries(files)) {
      const report = await scanFile(file, content);
      assert.ok(rulesOf(report).includes(rule), `${name} in ${file}: ${rulesOf(report).join()}`);
      assert.equal(report.verdict, 'malicious', `${name} in ${file}`);
    }
  }
});

test('finds payloads in YAML, and takes other braces there for what they are', async () => {
  const report = await scanFile('model_config.yaml', 'name: x\ntemplate: "{{ \'\'.__class__ }}"\n');
  assert.equal(report.verdict, 'malicious');
  const other = await scanFile(
    'c.yaml',
    'image: {{ values.image }}\nrun: {{ run() }}\nrange: "${{ github.ref }}"\n',
  );
  assert.equal(other.verdict, 'clean');
});

test('doubts what is unknown', async () => {
  for (const [name, [template, rule]] of Object.entries(SUSPICIOUS)) {
    const report = await scanFile('chat_template.jinja', template);
    assert.ok(rulesOf(report).includes(rule), `${name}: ${rulesOf(report).join()}`);
    assert.equal(report.verdict, 'suspicious', name);
  }
});

test('a hundred trifles do not push out the finding that counts', async () => {
  const report = await scanFile('chat_template.jinja', `${'{{ a|nope }}'.repeat(100)}{{ x.__class__ }}`);
  assert.equal(report.verdict, 'malicious');
});

test('a template beyond the limits is never clean', async () => {
  const report = await scanFile('chat_template.jinja', `{{ ${'('.repeat(1000)}a${')'.repeat(1000)} }}`);
  assert.equal(report.status, 'inconclusive');
  assert.notEqual(report.verdict, 'clean');
});

test('names that are set in terms of one another end at a limit', async () => {
  const sets = Array.from({ length: 5000 }, (_, index) => `{% set a${index} = a${index + 1} ~ x %}`);
  const uses = Array.from({ length: 5000 }, (_, index) => `{{ m[a${index}] }}`);
  const report = await scanFile('chat_template.jinja', [...sets, ...uses].join(''));
  assert.equal(report.status, 'inconclusive');
});

test('passes templates as models have them', async () => {
  for (const [name, template] of Object.entries(BENIGN_TEMPLATES)) {
    const files = {
      'm.gguf': ggufFile({ entries: [['tokenizer.chat_template', 8, ggufString(template)]] }),
      'tokenizer_config.json': JSON.stringify({ chat_template: template, bos_token: '<s>' }),
      'chat_template.jinja': template,
    };
    for (const [file, content] of Object.entries(files)) {
      const report = await scanFile(file, content);
      assert.deepEqual(report.findings, [], `${name} in ${file}`);
      assert.equal(report.verdict, 'clean', `${name} in ${file}`);
    }
  }
});
