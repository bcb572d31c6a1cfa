import { assemble, bytes, global, newObject, proto, reduce, text, tuple } from './assemble.ts';
import type { TrickCase } from './scan-pickle.ts';
import { testTricks } from './test-tricks.ts';

/** Names that models use, given what their libraries never give them. */
const MISUSES: readonly TrickCase[] = [
  {
    name: "joblib's wrapper that names a file (CVE-2020-13092)",
    bytes: assemble(
      proto(2),
      newObject(global('joblib.numpy_pickle', 'NDArrayWrapper')),
      `}${text('filename')}${text('../../evil.npy')}sb.`,
    ),
    verdict: 'suspicious',
    rules: ['PICKLE_FILE_REFERENCE'],
  },
  {
    name: 'a distribution of SciPy with code for a template',
    bytes: assemble(
      proto(2),
      newObject(global('scipy.stats._continuous_distns', 'norm_gen')),
      `}${text('_parse_arg_template')}${text("\ndef _parse_args(self, loc=__import__('os').system('id')): pass\n")}sb.`,
    ),
    verdict: 'malicious',
    rules: ['PICKLE_DANGEROUS_ARGUMENT'],
  },
  {
    name: 'a distribution of SciPy with its state in pairs',
    bytes: assemble(
      proto(2),
      newObject(global('scipy.stats._continuous_distns', 'norm_gen')),
      `](${tuple(text('_parse_arg_template'), text('print(1)'))}eb.`,
    ),
    verdict: 'suspicious',
    rules: ['PICKLE_UNEXPECTED_CHANGE'],
  },
  {
    name: 'a ufunc that is looked up in another module',
    bytes: assemble(
      proto(2),
      reduce(global('numpy.core', '_ufunc_reconstruct'), text('os'), text('system')),
      '.',
    ),
    verdict: 'malicious',
    rules: ['PICKLE_DANGEROUS_ARGUMENT'],
  },
  {
    name: 'a random generator whose maker is another function',
    bytes: assemble(
      proto(2),
      reduce(global('numpy.random._pickle', '__generator_ctor'), text('x'), global('builtins', 'len')),
      '.',
    ),
    verdict: 'malicious',
    rules: ['PICKLE_DANGEROUS_ARGUMENT'],
  },
  {
    name: 'functions as code, by cloudpickle',
    bytes: assemble(
      proto(5),
      reduce(
        global('cloudpickle.cloudpickle', '_make_function'),
        reduce(
          reduce(global('cloudpickle.cloudpickle', '_builtin_type'), text('CodeType')),
          'K\0',
          bytes('\x97\0d\0S\0'),
          tuple(text('add')),
        ),
      ),
      '.',
    ),
    verdict: 'suspicious',
    rules: ['PICKLE_CONTAINS_CODE'],
  },
  {
    name: 'functions as code that runs programs, by cloudpickle',
    bytes: assemble(
      proto(5),
      reduce(
        reduce(global('cloudpickle.cloudpickle', '_builtin_type'), text('CodeType')),
        'K\0',
        bytes('\x97\0d\0S\0'),
        tuple(text('subprocess'), text('check_output')),
      ),
      '.',
    ),
    verdict: 'malicious',
    rules: ['PICKLE_DANGEROUS_CODE'],
  },
  {
    name: 'carried code that runs at once',
    bytes: assemble(proto(5), reduce(reduce(global('cloudpickle.cloudpickle', '_make_function'), 'N')), '.'),
    verdict: 'malicious',
    rules: ['PICKLE_HIDDEN_CALL'],
  },
  {
    name: 'partial of a method that deletes what it is bound to',
    bytes: assemble(
      proto(4),
      `${global('functools', 'partial')}${tuple(global('pathlib', 'Path.unlink'))}R`,
      '.',
    ),
    verdict: 'malicious',
    rules: ['PICKLE_DANGEROUS_ARGUMENT'],
  },
  {
    name: 'a pointer in the place of a booster',
    bytes: assemble(proto(2), newObject(global('lightgbm.basic', 'Booster')), `}${text('_handle')}K\x07sb.`),
    verdict: 'malicious',
    rules: ['PICKLE_DANGEROUS_ARGUMENT'],
  },
  {
    name: 'a class of pandas that opens files',
    bytes: assemble(proto(2), reduce(global('pandas._libs.parsers', 'TextReader'), text('/etc/passwd')), '.'),
    verdict: 'suspicious',
    rules: ['PICKLE_UNKNOWN_CALL'],
  },
];

testTricks(MISUSES);
