import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  assemble,
  build,
  bytes,
  frame,
  global,
  little,
  newObject,
  PAYLOAD,
  proto,
  reduce,
  stackGlobal,
  text,
  tuple,
} from './assemble.ts';
import { scanBytes, shown, type TrickCase } from './scan-pickle.ts';

const OS = global('os', 'system');
const HARMLESS = reduce(global('collections', 'OrderedDict'));

/** Every way of supplementary note §4.2 to confuse a reader of pickles; each once worked against a scanner. */
const TRICKS: readonly TrickCase[] = [
  // Imports by every opcode and operand.
  ...[
    'S"os"\n',
    "S'\\x6f\\x73'\n",
    'U\x02os',
    'T\x02\0\0\0os',
    'Vos\n',
    'V\\u006fs\n',
    'X\x02\0\0\0os',
    '\x8c\x02os',
    '\x8d\x02\0\0\0\0\0\0\0os',
  ].map(
    (module): TrickCase => ({
      name: `V1 STACK_GLOBAL over ${JSON.stringify(module)} (GHSA-9gvj-pp9x-gcfr)`,
      bytes: assemble(proto(4), module, text('system'), '\x93', tuple(text('id')), 'R.'),
      verdict: 'malicious',
      rules: ['PICKLE_DANGEROUS_IMPORT', 'PICKLE_DANGEROUS_CALL'],
    }),
  ),
  {
    name: 'V1 GLOBAL, INST, OBJ',
    bytes: assemble("(S'id'\nios\nsystem\n0(", global('os', 'popen'), "S'id'\no0", PAYLOAD, '.'),
    verdict: 'malicious',
    rules: ['PICKLE_DANGEROUS_CALL'],
  },
  {
    name: 'V2 an unset memo entry before the payload (keyerror)',
    bytes: assemble('h\x630', PAYLOAD, '.'),
    verdict: 'malicious',
    rules: ['PICKLE_DANGEROUS_CALL', 'PICKLE_BREAKS_AFTER_CODE'],
  },
  {
    name: 'V2 an unset memo entry behind the payload (keyerror)',
    bytes: assemble(PAYLOAD, 'h\x63.'),
    verdict: 'malicious',
    rules: ['PICKLE_BREAKS_AFTER_CODE'],
  },
  {
    name: 'V3 a number in the place of a name (type confusion)',
    bytes: assemble(proto(4), 'K\x07\x940', text('os'), 'h\0\x93', tuple(text('id')), 'R.'),
    verdict: 'malicious',
    rules: ['PICKLE_HIDDEN_IMPORT'],
  },
  {
    name: 'V4 an attribute set on an import, whose value is the next name (modelscan #85)',
    bytes: assemble(
      proto(4),
      stackGlobal('numpy', 'prod'),
      `}${text('x')}${text('os')}sb\x940`,
      text('os'),
      '\x94',
      text('system'),
      '\x930N.',
    ),
    verdict: 'malicious',
    rules: ['PICKLE_CHANGES_IMPORT', 'PICKLE_DANGEROUS_IMPORT'],
  },
  {
    name: 'V5 names from the memo, decoys as the last two strings',
    bytes: assemble(
      proto(4),
      text('system'),
      '\x94',
      text('os'),
      '\x94',
      text('torch'),
      text('LongStorage'),
      '0000h\x01h\0\x93',
      tuple(text('id')),
      'R.',
    ),
    verdict: 'malicious',
    rules: ['PICKLE_DANGEROUS_CALL'],
  },
  {
    name: 'V6 a harmless pickle before the payload (multiple streams)',
    bytes: assemble(proto(2), ']K\x01a.', PAYLOAD, '.'),
    verdict: 'malicious',
    rules: ['PICKLE_DANGEROUS_CALL', 'PICKLE_SEVERAL_STREAMS'],
  },
  ...[300, 70_000, 3_000_000].map(
    (gap): TrickCase => ({
      name: `V7 the payload behind ${gap} bytes of padding`,
      bytes: assemble(proto(2), ']K\x01a.', '\xff'.repeat(gap), PAYLOAD, '.'),
      verdict: 'malicious',
      rules: ['PICKLE_HIDDEN_STREAM', 'PICKLE_DANGEROUS_CALL'],
    }),
  ),
  {
    name: 'V7 padding of cut-off streams',
    bytes: assemble(proto(2), 'N.', `${proto(4)}\x8c\xff`.repeat(200), proto(2), PAYLOAD, '.'),
    verdict: 'malicious',
    rules: ['PICKLE_DANGEROUS_CALL'],
  },
  {
    name: 'V8 a million operations before the payload',
    bytes: assemble(proto(2), 'N0'.repeat(600_000), PAYLOAD, '.'),
    verdict: 'malicious',
    rules: ['PICKLE_DANGEROUS_CALL'],
    status: 'complete',
  },
  {
    name: 'V8 more operations than are followed before the payload',
    bytes: assemble(proto(2), 'N0'.repeat(2_100_000), PAYLOAD, '.'),
    verdict: 'malicious',
    status: 'inconclusive',
  },
  {
    name: 'V8 more operations than are followed, and nothing found, is never clean',
    bytes: assemble(proto(2), 'N0'.repeat(2_100_000), 'N.'),
    verdict: 'unknown',
    status: 'inconclusive',
  },
  {
    name: 'V9 OBJ and POP hide the call (GHSA-mxhj-88fx-4pcv)',
    bytes: assemble(proto(2), '(', OS, text('id'), 'o0]K\x01a.'),
    verdict: 'malicious',
    rules: ['PICKLE_DANGEROUS_CALL'],
  },
  {
    name: 'V9 POP_MARK throws the import away',
    bytes: assemble(proto(2), '(', OS, '1]K\x01a.'),
    verdict: 'malicious',
    rules: ['PICKLE_DANGEROUS_IMPORT'],
  },
  ...(
    [
      ['pathlib', 'os.system'],
      ['shutil', 'os.system'],
      ['torch', '_utils.builtins.eval'],
      ['numpy', 'core.os.system'],
      ['sklearn', 'utils.sys.modules'],
      ['collections', 'abc.sys'],
    ] as const
  ).map(
    ([module, name]): TrickCase => ({
      name: `V10 dotted name ${module} + ${name} (GHSA-5j3x-jp52-966f)`,
      bytes: assemble(proto(4), reduce(stackGlobal(module, name), text('id')), '.'),
      verdict: 'malicious',
      rules: ['PICKLE_DANGEROUS_IMPORT'],
    }),
  ),
  {
    name: 'V10 introspection: print.__class__.__base__.__subclasses__ (modelscan #338)',
    bytes: assemble(
      proto(4),
      reduce(stackGlobal('collections', 'OrderedDict.__class__.__base__.__subclasses__')),
      '.',
    ),
    verdict: 'malicious',
    rules: ['PICKLE_DANGEROUS_IMPORT'],
  },
  {
    name: 'V11 a submodule of a dangerous module (CVE-2025-10157)',
    bytes: assemble(reduce(global('asyncio.unix_events', '_UnixSubprocessTransport._start')), '.'),
    verdict: 'malicious',
    rules: ['PICKLE_DANGEROUS_IMPORT'],
  },
  {
    name: 'V12 sys.modules is written, then a harmless name is another module',
    bytes: assemble(
      global('sys', 'modules'),
      "S'torch._utils'\n",
      global('builtins', 'len'),
      's0',
      reduce(global('torch._utils', '_rebuild_tensor_v2')),
      '.',
    ),
    verdict: 'malicious',
    rules: ['PICKLE_CHANGES_IMPORT', 'PICKLE_DANGEROUS_IMPORT'],
  },
  {
    name: 'V13 a method of a state dictionary is replaced (ShadowPickle)',
    bytes: assemble(proto(2), build(HARMLESS, { items: global('builtins', 'len') }), '.'),
    verdict: 'malicious',
    rules: ['PICKLE_DANGEROUS_ARGUMENT'],
  },
  {
    name: 'V13 the class of an object is replaced by slot state',
    bytes: assemble(
      proto(2),
      newObject(global('argparse', 'Namespace')),
      tuple('N', `}${text('__class__')}${global('argparse', 'Namespace')}s`),
      'b.',
    ),
    verdict: 'malicious',
    rules: ['PICKLE_DANGEROUS_ARGUMENT'],
  },
  {
    name: 'V14 an allowed call around the dangerous one (GHSA-cffv-grgg-g429)',
    bytes: assemble(
      proto(2),
      reduce(global('collections', 'OrderedDict'), `](${tuple(text('a'), PAYLOAD)}e`),
      '.',
    ),
    verdict: 'malicious',
    rules: ['PICKLE_DANGEROUS_CALL'],
  },
  {
    name: 'V15 a frame that is shorter than what it holds (cpython #154848)',
    bytes: assemble(proto(4), frame(`${bytes(`abcd${PAYLOAD}`)}.`, 4)),
    verdict: 'suspicious',
    rules: ['PICKLE_ODD_STREAM'],
  },
  {
    name: 'V15 a line that begins in a frame: readers without peek drop what is left of it (cpython #154848)',
    // Read on, the module is `collectionsos`; with the rest of the frame dropped it is `os`.
    bytes: assemble(proto(4), frame('ccollections', 12), 'os\nsystem\n', tuple(text('id')), 'R.'),
    verdict: 'malicious',
    rules: ['PICKLE_ODD_STREAM', 'PICKLE_DANGEROUS_CALL'],
  },
  {
    name: 'V15 a frame inside a frame (cpython #154848)',
    bytes: assemble(proto(4), frame(`${frame(PAYLOAD, 20)}.`)),
    verdict: 'malicious',
    rules: ['PICKLE_ODD_STREAM', 'PICKLE_DANGEROUS_CALL'],
  },
  {
    name: 'V16 lists of lists that double at every level',
    bytes: assemble(
      proto(4),
      ']N\x61',
      '\x94',
      Array.from({ length: 60 }, (_, at) => `](h${little(at, 1)}h${little(at, 1)}e\x94`).join(''),
      '.',
    ),
    verdict: 'suspicious',
    rules: ['PICKLE_AMPLIFIES'],
  },
  {
    name: 'V16 marks without end',
    bytes: assemble(proto(4), '('.repeat(20_000), 'N.'),
    verdict: 'unknown',
    status: 'inconclusive',
  },
  {
    name: 'V16 the payload in a structure that contains itself',
    bytes: assemble(proto(4), `]\x94h\0a${PAYLOAD}a.`),
    verdict: 'malicious',
    rules: ['PICKLE_DANGEROUS_CALL'],
  },
  ...['\x82\x01', '\x83\x01\x01', '\x84\x01\x01\0\0'].map(
    (code): TrickCase => ({
      name: `V17 EXT${code.length - 1} stands for an import that nobody sees`,
      bytes: assemble(proto(2), code, tuple(text('id')), 'R.'),
      verdict: 'malicious',
      rules: ['PICKLE_EXTENSION', 'PICKLE_HIDDEN_CALL'],
    }),
  ),
  {
    name: 'V18 buffers beside the file',
    bytes: assemble(proto(5), '\x97\x98.'),
    verdict: 'suspicious',
    rules: ['PICKLE_OUT_OF_BAND'],
  },
  ...[
    '\x96\xff\xff\xff\xff\xff\xff\xff\x7f',
    '\x8d\xff\xff\xff\xff\xff\xff\xff\xff',
    '\x8e\0\0\0\0\0\0\0\x80',
    '\x8b\xff\xff\xff\xff',
    'B\xff\xff\xff\xff',
  ].map(
    (code): TrickCase => ({
      name: `V18 an absurd length behind the payload: ${JSON.stringify(code)}`,
      bytes: assemble(proto(5), PAYLOAD, code),
      verdict: 'malicious',
      rules: ['PICKLE_BREAKS_AFTER_CODE'],
    }),
  ),
  ...['', '\xff', '0000', 'K'].map(
    (tail): TrickCase => ({
      name: `C7 the stream breaks behind the payload: ${JSON.stringify(tail)} (nullifAI)`,
      bytes: assemble(PAYLOAD, tail),
      verdict: 'malicious',
      rules: ['PICKLE_DANGEROUS_CALL', 'PICKLE_BREAKS_AFTER_CODE'],
    }),
  ),
  {
    name: 'C7 a break behind an import that is on no list',
    bytes: assemble(proto(2), reduce(global('acme.models', 'load')), '\xff'),
    verdict: 'malicious',
    rules: ['PICKLE_BREAKS_AFTER_CODE'],
  },
  {
    name: 'V20 a line of eight mebibytes before the payload',
    bytes: assemble(`V${'a'.repeat(1 << 23)}\n0`, PAYLOAD, '.'),
    verdict: 'malicious',
  },
  {
    name: 'V20 names that end in a carriage return are other names',
    bytes: assemble('cos\r\nsystem\r\n(S"id"\ntR.'),
    verdict: 'suspicious',
    rules: ['PICKLE_UNKNOWN_CALL'],
  },
  ...['+1', '1_0', ' 1', '01', '1\x0b'].map(
    (index): TrickCase => ({
      name: `V20 a memo index written as ${JSON.stringify(index)}`,
      bytes: assemble(
        `Vos\np${index}\n0Vsystem\np5\n0`,
        proto(4),
        `g${index}\ng5\n\x93`,
        tuple(text('id')),
        'R.',
      ),
      verdict: 'malicious',
      rules: ['PICKLE_DANGEROUS_CALL'],
    }),
  ),
  {
    name: 'V21 items assigned to what is no dictionary (CVE-2026-24747)',
    bytes: assemble(proto(2), reduce(global('torch', 'Size'), tuple('K\x01')), 'K\0K\x01s.'),
    verdict: 'suspicious',
    rules: ['PICKLE_UNEXPECTED_CHANGE'],
  },
  {
    name: 'V23 an import that is thrown away',
    bytes: assemble(proto(2), global('antigravity', 'fly'), '0]K\x01a.'),
    verdict: 'malicious',
    rules: ['PICKLE_DANGEROUS_IMPORT'],
  },
  {
    name: 'V23 a class made by type()',
    bytes: assemble(proto(2), reduce(global('builtins', 'type'), text('X'), ')', '}'), '.'),
    verdict: 'malicious',
    rules: ['PICKLE_DANGEROUS_ARGUMENT'],
  },
  {
    name: 'V23 map over eval',
    bytes: assemble(
      proto(2),
      reduce(global('builtins', 'map'), global('builtins', 'eval'), `]${text('1')}a`),
      '.',
    ),
    verdict: 'malicious',
    rules: ['PICKLE_DANGEROUS_CALL'],
  },
  {
    name: 'V23 a property whose getter runs later',
    bytes: assemble(proto(4), reduce(stackGlobal('builtins', 'property.__get__')), '.'),
    verdict: 'malicious',
  },
  {
    name: 'V23 a dictionary that makes missing values with a function',
    bytes: assemble(proto(2), reduce(global('collections', 'defaultdict'), global('builtins', 'len')), '.'),
    verdict: 'malicious',
    rules: ['PICKLE_DANGEROUS_ARGUMENT'],
  },
  {
    name: 'V23 atexit.register',
    bytes: assemble(proto(2), reduce(global('atexit', 'register'), OS), '.'),
    verdict: 'malicious',
  },
  {
    name: 'V23 str.format looks fields up',
    bytes: assemble(proto(4), reduce(stackGlobal('builtins', 'str.format'), text('{0.__class__}'), 'N'), '.'),
    verdict: 'malicious',
    rules: ['PICKLE_DANGEROUS_CALL'],
  },
  {
    name: 'V23 statistics.quantiles walks an iterator',
    bytes: assemble(proto(2), reduce(global('statistics', 'quantiles'), ']'), '.'),
    verdict: 'malicious',
  },
  ...['picklescan.scanner', 'modelscan', 'fickling', 'modelaudit'].map(
    (module): TrickCase => ({
      name: `V24 imports the scanner ${module}`,
      bytes: assemble(proto(2), global(module, 'scan'), '0N.'),
      verdict: 'malicious',
      rules: ['PICKLE_DANGEROUS_IMPORT'],
    }),
  ),
  {
    name: 'V25 getattr on an instance, then the outcome is called',
    bytes: assemble(proto(2), reduce(reduce(global('builtins', 'getattr'), HARMLESS, text('keys'))), '.'),
    verdict: 'suspicious',
    rules: ['PICKLE_UNEXPECTED_CALL'],
  },
  {
    name: 'V25 getattr itself is handed to somebody who calls it',
    bytes: assemble(
      proto(2),
      reduce(global('collections', 'deque'), `](${global('builtins', 'getattr')}e`),
      '.',
    ),
    verdict: 'malicious',
    rules: ['PICKLE_DANGEROUS_ARGUMENT'],
  },
  {
    name: 'V25 what a call returned is called',
    bytes: assemble(proto(2), reduce(reduce(global('collections', 'OrderedDict')), text('id')), '.'),
    verdict: 'malicious',
    rules: ['PICKLE_HIDDEN_CALL'],
  },
  {
    name: 'V25 the name of an import is what a call returned',
    bytes: assemble(
      proto(4),
      reduce(stackGlobal('_codecs', 'encode'), text('so'), text('latin1')),
      text('system'),
      '\x93',
      tuple(text('id')),
      'R.',
    ),
    verdict: 'malicious',
    rules: ['PICKLE_HIDDEN_IMPORT', 'PICKLE_HIDDEN_CALL'],
  },
  {
    name: 'V25 partial of a dangerous function is a value to be called later',
    bytes: assemble(proto(2), reduce(global('functools', 'partial'), OS), '.'),
    verdict: 'malicious',
  },
  {
    name: 'V26 PROTO in the middle, twice',
    bytes: assemble(proto(2), `N0${proto(4)}`, ']K\x01a.'),
    verdict: 'suspicious',
    rules: ['PICKLE_ODD_STREAM'],
  },
  {
    name: 'V26 a protocol that does not exist, behind the payload',
    bytes: assemble(PAYLOAD, proto(9), '.'),
    verdict: 'malicious',
  },
  {
    name: 'protocol 2 names are those of Python 2: commands is subprocess',
    bytes: assemble(proto(2), reduce(global('commands', 'getoutput'), text('id')), '.'),
    verdict: 'malicious',
    rules: ['PICKLE_DANGEROUS_IMPORT'],
  },
  {
    name: 'protocol 2 names are those of Python 2: __builtin__.eval is builtins.eval',
    bytes: assemble(proto(2), reduce(global('__builtin__', 'eval'), text('1')), '.'),
    verdict: 'malicious',
    rules: ['PICKLE_DANGEROUS_CALL'],
  },
  {
    name: 'an unlisted import is not clean, called or not',
    bytes: assemble(proto(2), global('acme', 'Net'), '0N.'),
    verdict: 'suspicious',
    rules: ['PICKLE_UNKNOWN_IMPORT'],
  },
  {
    name: 'bytes behind the end',
    bytes: assemble(proto(2), ']K\x01a.', 'something else'),
    verdict: 'suspicious',
    rules: ['PICKLE_TRAILING_DATA'],
  },
];

for (const { name, bytes: content, verdict, rules = [], status, file } of TRICKS) {
  test(name, async () => {
    const report = await scanBytes(content, file);
    assert.equal(report.verdict, verdict, shown(report));
    if (status !== undefined) assert.equal(report.status, status, shown(report));
    for (const rule of rules)
      assert.ok(
        report.findings.some((finding) => finding.rule === rule),
        `no ${rule} in ${shown(report)}`,
      );
  });
}
