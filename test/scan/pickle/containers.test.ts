import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { buildTar } from '../../kit/tar-builder.ts';
import { buildZip, type MemberSpec } from '../../kit/zip-builder.ts';
import {
  assemble,
  global,
  latin1,
  little,
  newObject,
  PAYLOAD,
  PAYLOAD_FILE,
  proto,
  reduce,
  text,
  tuple,
} from './assemble.ts';
import { scanBytes, shown } from './scan-pickle.ts';

const MAGIC = `${proto(2)}\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.`;
const FLOATS = new Uint8Array(new Float32Array([0.5, 1, 2, 4]).buffer);

function binUnicode(value: string): string {
  return `X${little(value.length, 4)}${value}`;
}

/** `('storage', torch.FloatStorage, '0', 'cpu', items)` and, for the older form, no view. */
function storage(key: string, items: number, isLegacy = false): string {
  return `${tuple(binUnicode('storage'), global('torch', 'FloatStorage'), binUnicode(key), binUnicode('cpu'), `K${little(items, 1)}`, ...(isLegacy ? ['N'] : []))}Q`;
}

function tensor(stored: string, items = 4): string {
  return reduce(
    global('torch._utils', '_rebuild_tensor_v2'),
    stored,
    'K\0',
    `K${little(items, 1)}\x85`,
    'K\x01\x85',
    '\x89',
    `${global('collections', 'OrderedDict')})R`,
  );
}

const STATE = assemble(proto(2), `}${binUnicode('w')}${tensor(storage('0', 4))}s.`);

function archive(
  extra: readonly MemberSpec[] = [],
  replace: Readonly<Record<string, Uint8Array | string>> = {},
): Uint8Array {
  const members: Record<string, Uint8Array | string> = {
    'model/data.pkl': STATE,
    'model/byteorder': 'little',
    'model/data/0': FLOATS,
    'model/version': '3\n',
    'model/.data/serialization_id': '1234',
    ...replace,
  };
  return buildZip({
    members: [...Object.entries(members).map(([name, content]) => ({ name, content })), ...extra],
  });
}

function legacy(main: string, tail: Uint8Array | string = `${little(4, 8)}${latin1(FLOATS)}`): Uint8Array {
  const system = `}${binUnicode('protocol_version')}M\xe9\x03s.`;
  return assemble(
    MAGIC,
    proto(2),
    'M\xe9\x03.',
    proto(2),
    system,
    main,
    proto(2),
    `](${binUnicode('0')}e.`,
    typeof tail === 'string' ? tail : latin1(tail),
  );
}

const LEGACY_STATE = `${proto(2)}}${binUnicode('w')}${tensor(storage('0', 4, true))}s.`;

interface Case {
  readonly bytes: Uint8Array;
  readonly verdict: 'clean' | 'suspicious' | 'malicious' | 'unknown';
  readonly rule?: string;
  readonly weightsOnly?: 'allowed' | 'refused';
}

function npy(header: string, data: Uint8Array | string, version = '\x01\x00'): Uint8Array {
  const width = version[0] === '\x01' ? 2 : 4;
  return assemble(
    '\x93NUMPY',
    version,
    little(header.length, width),
    header,
    typeof data === 'string' ? data : latin1(data),
  );
}

const HEADER = "{'descr': '<f4', 'fortran_order': False, 'shape': (4,), }\n";

const WRAPPER = [
  newObject(global('joblib.numpy_pickle', 'NumpyArrayWrapper')),
  `}(${text('subclass')}${global('numpy', 'ndarray')}${text('shape')}K\x04\x85${text('order')}${text('C')}`,
  `${text('dtype')}${reduce(global('numpy', 'dtype'), text('f4'), '\x89', '\x88')}`,
  `${text('allow_mmap')}\x88${text('numpy_array_alignment_bytes')}K\x10ub`,
].join('');

const CASES: Readonly<Record<string, Case>> = {
  'a state dictionary': { bytes: archive(), verdict: 'clean', weightsOnly: 'allowed' },
  'a payload in data.pkl': {
    bytes: archive([], { 'model/data.pkl': assemble(proto(2), PAYLOAD, '.') }),
    verdict: 'malicious',
    rule: 'PICKLE_DANGEROUS_CALL',
    weightsOnly: 'refused',
  },
  'C12 a second pickle beside data.pkl': {
    bytes: archive([{ name: 'model/other.pkl', content: PAYLOAD_FILE }]),
    verdict: 'malicious',
    rule: 'TORCH_EXTRA_PICKLE',
  },
  'C12 a second data.pkl': {
    bytes: archive([{ name: 'other/data.pkl', content: STATE }]),
    verdict: 'suspicious',
    rule: 'TORCH_EXTRA_PICKLE',
  },
  'C12 a pickle in the place of a storage': {
    bytes: archive([], { 'model/data/0': PAYLOAD_FILE }),
    verdict: 'malicious',
    rule: 'TORCH_HIDDEN_PICKLE',
  },
  'C12 a storage that nobody asks for': {
    bytes: archive([{ name: 'model/data/1', content: FLOATS }]),
    verdict: 'suspicious',
    rule: 'TORCH_EXTRA_MEMBER',
  },
  'a storage of another size': {
    bytes: archive([], { 'model/data/0': FLOATS.subarray(4) }),
    verdict: 'suspicious',
    rule: 'TORCH_SIZE_MISMATCH',
  },
  'no version': {
    bytes: archive([], { 'model/version': 'three' }),
    verdict: 'suspicious',
    rule: 'TORCH_MALFORMED',
  },
  'a byte order that is none': {
    bytes: archive([], { 'model/byteorder': 'middle' }),
    verdict: 'suspicious',
    rule: 'TORCH_MALFORMED',
  },
  'V21 weights_only: items assigned to a tensor (CVE-2026-24747)': {
    bytes: archive([], {
      'model/data.pkl': assemble(proto(2), tensor(storage('0', 4)), 'K\0K\x01s.'),
    }),
    verdict: 'suspicious',
    rule: 'PICKLE_UNEXPECTED_CHANGE',
    weightsOnly: 'refused',
  },
  'a rebuild that calls its first argument': {
    bytes: archive([], {
      'model/data.pkl': assemble(
        proto(2),
        reduce(
          global('torch._tensor', '_rebuild_from_type_v2'),
          global('torch.nn.functional', 'relu'),
          global('torch', 'Tensor'),
          ')',
          '}',
        ),
        '.',
      ),
    }),
    verdict: 'malicious',
    rule: 'PICKLE_DANGEROUS_ARGUMENT',
    weightsOnly: 'refused',
  },
  'a parameter with hooks': {
    bytes: archive([], {
      'model/data.pkl': assemble(
        proto(2),
        reduce(
          global('torch._utils', '_rebuild_parameter'),
          tensor(storage('0', 4)),
          '\x88',
          `${global('collections', 'OrderedDict')})RK\0${global('torch.nn.functional', 'relu')}s`,
        ),
        '.',
      ),
    }),
    verdict: 'suspicious',
    rule: 'PICKLE_UNEXPECTED_CALL',
  },
  'TorchScript with a custom operator': {
    bytes: archive([
      { name: 'model/constants.pkl', content: assemble(proto(2), ').') },
      {
        name: 'model/code/__torch__/net.py',
        content: 'class Net(Module):\n  def forward(self):\n    ops.evil.run("id")\n',
      },
    ]),
    verdict: 'suspicious',
    rule: 'TORCH_SCRIPT_SUSPICIOUS',
    weightsOnly: 'refused',
  },
  'the older form': { bytes: legacy(LEGACY_STATE), verdict: 'clean', weightsOnly: 'allowed' },
  'the older form with a payload': {
    bytes: legacy(`${proto(2)}${PAYLOAD}.`),
    verdict: 'malicious',
    rule: 'PICKLE_DANGEROUS_CALL',
    weightsOnly: 'refused',
  },
  'the older form with a payload behind the storages': {
    bytes: legacy(LEGACY_STATE, `${little(4, 8)}${latin1(FLOATS)}${PAYLOAD}.`),
    verdict: 'malicious',
    rule: 'PICKLE_HIDDEN_STREAM',
  },
  'the older form with a storage of another size': {
    bytes: legacy(LEGACY_STATE, `${little(5, 8)}${latin1(FLOATS)}`),
    verdict: 'suspicious',
    rule: 'TORCH_SIZE_MISMATCH',
  },
  'C8 the magic number is computed (GHSA-97f8-7cmv-76j2)': {
    bytes: assemble(
      proto(2),
      reduce(global('builtins', 'eval'), text('0x1950a86a20f9469cfc6c')),
      '.',
      proto(2),
      'M\xe9\x03.',
      proto(2),
      '}.',
      LEGACY_STATE,
      proto(2),
      '].',
    ),
    verdict: 'malicious',
    rule: 'TORCH_MAGIC_BYPASS',
  },
  'C18 V22 the tar form (CVE-2025-32434)': {
    bytes: buildTar([
      { name: 'sys_info', content: assemble(proto(2), '}.') },
      { name: 'pickle', content: assemble(proto(2), PAYLOAD, '.') },
      { name: 'storages', content: assemble(proto(2), 'K\0.') },
      { name: 'tensors', content: assemble(proto(2), 'K\0.') },
    ]),
    verdict: 'malicious',
    rule: 'TORCH_LEGACY_TAR',
    weightsOnly: 'refused',
  },
  'a NumPy array': { bytes: npy(HEADER, FLOATS), verdict: 'clean' },
  'a NumPy array of objects': {
    bytes: npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n", assemble(proto(4), ']N\x61.')),
    verdict: 'suspicious',
    rule: 'NUMPY_OBJECT_ARRAY',
  },
  'a NumPy array of objects with a payload (CVE-2019-6446)': {
    bytes: npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n", PAYLOAD_FILE),
    verdict: 'malicious',
    rule: 'PICKLE_DANGEROUS_CALL',
  },
  'N1 objects in a field of a field': {
    bytes: npy(
      "{'descr': [('a', '<i4'), ('b', [('c', '|O', (2,))])], 'fortran_order': False, 'shape': (1,), }\n",
      PAYLOAD_FILE,
    ),
    verdict: 'malicious',
    rule: 'NUMPY_OBJECT_ARRAY',
  },
  'a header that is a program': {
    bytes: npy("{'descr': __import__('os').system('id'), 'fortran_order': False, 'shape': (4,), }\n", FLOATS),
    verdict: 'suspicious',
    rule: 'NUMPY_MALFORMED',
  },
  'a header that nobody reads, and a payload behind it': {
    bytes: npy("{'descr': 'nonsense', 'fortran_order': False, 'shape': (4,), }\n", PAYLOAD_FILE),
    verdict: 'malicious',
    rule: 'NUMPY_MALFORMED',
  },
  'a NumPy array that goes on with a payload': {
    bytes: npy(HEADER, `${latin1(FLOATS)}${PAYLOAD}.`),
    verdict: 'malicious',
    rule: 'NUMPY_TRAILING_DATA',
  },
  'a NumPy array that is cut': {
    bytes: npy(HEADER, FLOATS.subarray(4)),
    verdict: 'suspicious',
    rule: 'NUMPY_MALFORMED',
  },
  'a shape beyond all numbers': {
    bytes: npy(
      "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999, 99999999999999999), }\n",
      FLOATS,
    ),
    verdict: 'suspicious',
    rule: 'NUMPY_MALFORMED',
  },
  'an archive of arrays, one of objects with a payload': {
    bytes: buildZip({
      members: [
        { name: 'a.npy', content: npy(HEADER, FLOATS) },
        {
          name: 'b.npy',
          content: npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n", PAYLOAD_FILE),
        },
      ],
    }),
    verdict: 'malicious',
    rule: 'NUMPY_OBJECT_ARRAY',
  },
  'a joblib array': {
    bytes: assemble(proto(4), WRAPPER, '\x02\xff\xff', latin1(FLOATS), '.'),
    verdict: 'clean',
  },
  'C16 a payload behind a joblib array': {
    bytes: assemble(proto(4), `](${WRAPPER}\x02\xff\xff${latin1(FLOATS)}${PAYLOAD}e.`),
    verdict: 'malicious',
    rule: 'PICKLE_DANGEROUS_CALL',
  },
  'a payload inside the data of a joblib array, for those who load it as a pickle': {
    // The first byte says how much padding follows; as an opcode it is POP.
    bytes: assemble(proto(4), WRAPPER, '0', `${PAYLOAD}.`.padEnd(0x30, ' '), latin1(FLOATS), '.'),
    verdict: 'malicious',
  },
  'a joblib array of no size that can be told': {
    bytes: assemble(proto(4), WRAPPER.replace('K\x04\x85', `${text('x')}\x85`), latin1(FLOATS), '.'),
    verdict: 'unknown',
  },
  'C15 a compressed joblib file': {
    bytes: new Uint8Array(gzipSync(PAYLOAD_FILE)),
    verdict: 'malicious',
    rule: 'PICKLE_DANGEROUS_CALL',
  },
  'C11 a payload of protocol 0 in an archive in an archive': {
    bytes: buildZip({
      members: [
        { name: 'inner.zip', content: buildZip({ members: [{ name: 'notes.txt', content: PAYLOAD_FILE }] }) },
      ],
    }),
    verdict: 'malicious',
    rule: 'PICKLE_DANGEROUS_CALL',
  },
};

for (const [name, { bytes: content, verdict, rule, weightsOnly }] of Object.entries(CASES)) {
  test(name, async () => {
    const report = await scanBytes(content, '');
    assert.equal(report.verdict, verdict, shown(report));
    if (rule !== undefined)
      assert.ok(
        report.findings.some((finding) => finding.rule === rule),
        `no ${rule} in ${shown(report)}`,
      );
    if (weightsOnly !== undefined)
      assert.equal(report.profiles?.['torch-weights-only'], weightsOnly, shown(report));
  });
}
