import { assemble, global, little, PAYLOAD, proto, reduce, stackGlobal, text, tuple } from './assemble.ts';
import type { TrickCase } from './scan-pickle.ts';
import { testTricks } from './test-tricks.ts';

const OS = global('os', 'system');
const HARMLESS = reduce(global('collections', 'OrderedDict'));

/** Ways to break, bloat or bend a stream so that readers see less than CPython; and harmless names misused. */
const TRICKS: readonly TrickCase[] = [
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
    verdict: 'malicious',
    rules: ['PICKLE_DANGEROUS_ARGUMENT'],
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

testTricks(TRICKS);
