import {
  assemble,
  build,
  bytes,
  frame,
  global,
  newObject,
  PAYLOAD,
  proto,
  reduce,
  stackGlobal,
  text,
  tuple,
} from './assemble.ts';
import type { TrickCase } from './scan-pickle.ts';
import { testTricks } from './test-tricks.ts';

const OS = global('os', 'system');
const HARMLESS = reduce(global('collections', 'OrderedDict'));

/** Ways to hide what a pickle imports and calls; each once worked against a scanner. */
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
];

testTricks(TRICKS);
