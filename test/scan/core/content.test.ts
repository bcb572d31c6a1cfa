import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import { crc32 } from 'node:zlib';
import { concatBytes, utf8Bytes } from '../../../src/bytes/index.ts';
import { record } from '../../kit/zip-builder.ts';
import { rulesOf, scanBytes } from './scan-bytes.ts';

const elf = concatBytes(
  Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0),
  new Uint8Array(8),
  Uint8Array.of(3, 0, 0x3e, 0),
  new Uint8Array(44),
);
const pe = ((): Uint8Array => {
  const bytes = new Uint8Array(256);
  bytes.set(utf8Bytes('MZ'));
  bytes[0x3c] = 0x80;
  bytes.set(utf8Bytes('PE\0\0'), 0x80);
  return bytes;
})();
const machO = concatBytes(
  Uint8Array.of(0xcf, 0xfa, 0xed, 0xfe, 0x0c, 0, 0, 1, 0, 0, 0, 0, 2, 0, 0, 0),
  new Uint8Array(48),
);
const wasm = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 0);
const javaClass = concatBytes(Uint8Array.of(0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 61), new Uint8Array(32));
const numbers = new Uint8Array(new Float32Array(5000).map((_, at) => Math.sin(at)).buffer);

const PROGRAMS: Readonly<Record<string, Uint8Array>> = {
  elf,
  pe,
  'mach-o': machO,
  wasm,
  'java-class': javaClass,
  script: utf8Bytes('#!/bin/sh\nrm -rf /\n'),
};

for (const [format, bytes] of Object.entries(PROGRAMS)) {
  test(`knows ${format} by its header`, async () => {
    const report = await scanBytes(bytes, 'weights');
    assert.ok(report.formats.includes(format as never), report.formats.join());
    assert.ok(rulesOf(report).includes('PROGRAM_FILE'));
  });
}

test('finds whole program headers inside other data, also across pieces, but not bare signatures', async () => {
  for (const program of [elf, pe, machO]) {
    for (const at of [5000, (1 << 20) - 8]) {
      const bytes = concatBytes(new Uint8Array(at).fill(1), program, new Uint8Array(1000));
      const finding = (await scanBytes(bytes)).findings.find(({ rule }) => rule === 'PROGRAM_EMBEDDED');
      assert.equal(finding?.offset, at);
    }
  }
  const bare = concatBytes(
    numbers,
    utf8Bytes('MZ\x7fELF#!/bin/sh\n'),
    Uint8Array.of(0xfe, 0xed, 0xfa, 0xce),
    numbers,
  );
  assert.deepEqual(rulesOf(await scanBytes(bare)), ['FORMAT_UNKNOWN']);
});

test('finds the EICAR test file anywhere', async () => {
  const eicar = 'X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR' + '-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*';
  assert.equal((await scanBytes(eicar)).verdict, 'malicious');
  assert.equal((await scanBytes(concatBytes(randomBytes(3000), utf8Bytes(eicar)))).verdict, 'malicious');
});

function githubToken(body: string): string {
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  let sum = crc32(body);
  let tail = '';
  for (let place = 0; place < 6; place++) {
    tail = `${digits[sum % 62]}${tail}`;
    sum = Math.floor(sum / 62);
  }
  return `ghp_${body}${tail}`;
}

const GITHUB = githubToken('aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0');
const SECRETS: Readonly<Record<string, readonly [rule: string, text: string]>> = {
  'an AWS key id': ['SECRET_TOKEN', ['key: AKIA', 'QW7ERT2YUIO4PASD'].join('')],
  'a GitHub token whose check sum fits': ['SECRET_TOKEN', `token=${GITHUB}`],
  'a Hugging Face token': [
    'SECRET_TOKEN',
    ['{"token": "hf', 'aBcDeFgHiJkLmNoPqRsTuVwXyZAbCdEfGh"}'].join('_'),
  ],
  'a password in a URL': ['SECRET_PASSWORD', 'url = postgres://admin:s3cr3tPa55w@db.internal/x'],
};

test('a private key in text is found, masked, and for a person to decide over', async () => {
  const key = `-----BEGIN PRIVATE KEY-----\n${'MIIEvQIBADANBgkqhkiG9w0B'.repeat(4)}\n`;
  const report = await scanBytes(key, 'notes.txt');
  const finding = report.findings.find(({ rule }) => rule === 'SECRET_PRIVATE_KEY');
  assert.ok(finding?.evidence !== undefined && !key.includes(finding.evidence), rulesOf(report).join(' '));
  assert.equal(report.verdict, 'suspicious');
});

for (const [what, [rule, text]] of Object.entries(SECRETS)) {
  test(`finds ${what} in text, masked, without condemning the file for it`, async () => {
    const report = await scanBytes(text, 'notes.txt');
    const finding = report.findings.find((each) => each.rule === rule);
    assert.ok(finding !== undefined, rulesOf(report).join(' '));
    assert.ok(finding.evidence !== undefined && !text.includes(finding.evidence));
    assert.equal(report.verdict, 'clean');
  });
}

test('takes no examples, wrong check sums or numbers for secrets', async () => {
  const noise = [
    'AKIAIOSFODNN7EXAMPLE',
    `ghp_${'A'.repeat(36)}`,
    GITHUB.slice(0, -1) + (GITHUB.endsWith('0') ? '1' : '0'),
    'postgres://user:password@localhost'.replace('password', '${PASSWORD}'),
    'f47ac10b-58cc-4372-a567-0e02b2c3d479',
    'Authorization: Basic dXNlcjpwYXNz',
  ].join('\n');
  assert.deepEqual(rulesOf(await scanBytes(noise, 'notes.txt')), []);
  const secretInNumbers = concatBytes(numbers, utf8Bytes(GITHUB), numbers);
  assert.deepEqual(rulesOf(await scanBytes(secretInNumbers)), ['FORMAT_UNKNOWN']);
});

const TEXTS: Readonly<Record<string, readonly [name: string, text: string, rules: readonly string[]]>> = {
  'a plain configuration': ['config.json', '{"hidden_size": 8, "architectures": ["Bert"]}', []],
  auto_map: ['config.json', '{"auto_map": {"AutoModel": "modeling.X"}}', ['CONFIG_REMOTE_CODE']],
  'auto_map in JSON with comments': [
    'config.json',
    '{ // note\n"auto_map": {"AutoModel": "m.X"}}',
    ['CONFIG_REMOTE_CODE', 'JSON_MALFORMED'],
  ],
  'a well-known name beside it (X4)': [
    'config.json',
    '{"_name_or_path": "bert-base-uncased", "auto_map": {"A": "m.X"}}',
    ['CONFIG_REMOTE_CODE'],
  ],
  trust_remote_code: ['config.json', '{"a": {"trust_remote_code": true}}', ['CONFIG_REMOTE_CODE']],
  'trust_remote_code switched off': ['config.json', '{"trust_remote_code": false, "auto_map": null}', []],
  'model_file (CVE-2026-5843)': ['config.json', '{"model_file": "evil.py"}', ['CONFIG_REMOTE_CODE']],
  Python: ['modeling.py', 'import os\n\nclass Model:\n    pass\n', ['CODE_PYTHON']],
  'Python under no name': ['modeling', 'import os\n\nclass Model:\n    pass\n', ['CODE_PYTHON']],
  'a card with code in it': [
    'README.md',
    '# Card\n\n```python\nimport torch\nmodel = torch.nn.Linear(1, 2)\n```\n',
    [],
  ],
  'ordinary requirements': ['requirements.txt', 'numpy==2.1\ntorch>=2\n', []],
  'requirements from elsewhere': [
    'requirements.txt',
    'numpy\ngit+https://host/evil.git\n',
    ['CODE_REQUIREMENTS'],
  ],
  'another index': [
    'requirements.txt',
    '--extra-index-url https://host/simple\nnumpy\n',
    ['CODE_REQUIREMENTS'],
  ],
  'a notebook': [
    'n.ipynb',
    '{"cells": [{"cell_type": "code", "source": []}], "nbformat": 4}',
    ['CODE_NOTEBOOK'],
  ],
  'plain YAML': ['c.yaml', 'a: 1\nb: [x, y]\n', []],
  'a tag that calls': ['c.yaml', "a: !!python/object/apply:os.system ['id']\n", ['YAML_PYTHON_TAG']],
  'a tag under another name': ['c', 'a: !!python/object/new:x\n', ['YAML_PYTHON_TAG']],
  'a tag written out': ['c.yaml', 'a: !<tag:yaml.org,2002:python/name:os.system> x\n', ['YAML_PYTHON_TAG']],
  'a tag of data': ['c.yaml', 'a: !!python/tuple [1, 2]\n', ['YAML_PYTHON_DATA']],
  'anchors that expand': [
    'c.yaml',
    Array.from({ length: 9 }, (_, at) => `k${at}: &a${at} [${`*a${at - 1}, `.repeat(9)}]`).join('\n'),
    ['YAML_BOMB'],
  ],
  'a tag that prose mentions': ['README.md', '# About\nNever load `!!python/object/apply` tags.\n', []],
  'a script in a card': ['README.md', '# Card\n<script>alert(1)</script>\n', ['CARD_SCRIPT']],
  'a word list that reads like imports': ['vocab.txt', 'cat\ndog\ncos\nsystem\n(tree\n', []],
};

for (const [what, [name, text, rules]] of Object.entries(TEXTS)) {
  test(`text: ${what}`, async () => {
    assert.deepEqual(rulesOf(await scanBytes(text, name)), rules);
  });
}

test('text that is long is looked at part by part, its places counted in bytes', async () => {
  const padding = `${'größe '.repeat(900_000)}\n`;
  const text = `${padding}${GITHUB}`;
  const finding = (await scanBytes(text, 'notes.txt')).findings.find(({ rule }) => rule === 'SECRET_TOKEN');
  assert.equal(finding?.offset, utf8Bytes(padding).length);
});

test('a program and an archive in one file are a polyglot', async () => {
  const zipEnd = record(0x06054b50, [
    [16, 0],
    [2, 0],
  ]);
  const report = await scanBytes(concatBytes(elf, zipEnd));
  assert.ok(rulesOf(report).includes('FORMAT_POLYGLOT'));
});
