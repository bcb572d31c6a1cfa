import type { RuleTable } from './rule.ts';

const PICKLE_DOCS = 'https://docs.python.org/3/library/pickle.html';
const REFUSE = 'do not load it; ask its source for safetensors, ONNX or plain weights';
const LOOK = 'find out what writes this import and whether you trust it; otherwise load it as untrusted code';

/** Rules about pickles: what they import, call and change, and how they are built. */
export const PICKLE_RULES = {
  PICKLE_DANGEROUS_IMPORT: {
    severity: 'critical',
    verdict: 'malicious',
    title: 'imports something that runs code',
    about:
      'The pickle imports a module or function that runs programs, loads code, reads or writes files or talks to the network. No model needs it. The import alone already runs the module.',
    advice: REFUSE,
    references: ['CWE-502', PICKLE_DOCS],
  },
  PICKLE_DANGEROUS_CALL: {
    severity: 'critical',
    verdict: 'malicious',
    title: 'calls something that runs code',
    about:
      'Loading the pickle calls such a function. It happens while the file is read, also when the file breaks behind it.',
    advice: REFUSE,
    references: ['CWE-502', 'CVE-2025-1716', PICKLE_DOCS],
  },
  PICKLE_DANGEROUS_ARGUMENT: {
    severity: 'critical',
    verdict: 'malicious',
    title: 'a harmless function is given something that makes it dangerous',
    about:
      'The function is one that models use, but it calls, imports or runs what it is given, and what it is given here is not what its library writes.',
    advice: REFUSE,
    references: ['CWE-502', 'CWE-470'],
  },
  PICKLE_HIDDEN_IMPORT: {
    severity: 'critical',
    verdict: 'malicious',
    title: 'hides what it imports',
    about:
      'The name of an import is the outcome of a call, an unset memo entry or no text at all, so that nobody can tell it without running the file. No pickler writes that.',
    advice: REFUSE,
    references: ['CWE-502', 'GHSA-9gvj-pp9x-gcfr'],
  },
  PICKLE_HIDDEN_CALL: {
    severity: 'critical',
    verdict: 'malicious',
    title: 'calls what another call returned',
    about:
      'The function that is called is itself the outcome of a call, or of something that only the loader knows.',
    advice: REFUSE,
    references: ['CWE-502', 'CWE-470'],
  },
  PICKLE_CHANGES_IMPORT: {
    severity: 'critical',
    verdict: 'malicious',
    title: 'changes something that it imported',
    about:
      'The pickle sets attributes or items of a module, class or function, which changes the program that loads it.',
    advice: REFUSE,
    references: ['CWE-915', 'CWE-471'],
  },
  PICKLE_UNKNOWN_IMPORT: {
    severity: 'medium',
    verdict: 'suspicious',
    title: 'imports something that is not known to be harmless',
    about:
      'The import is on no list: it may be an ordinary class of a library or of its author, or a way to run code that nobody has listed yet.',
    advice: LOOK,
    references: ['CWE-502'],
  },
  PICKLE_UNKNOWN_CALL: {
    severity: 'high',
    verdict: 'suspicious',
    title: 'calls something that is not known to be harmless',
    about: 'Loading the pickle calls a function or class that is on no list.',
    advice: LOOK,
    references: ['CWE-502'],
  },
  PICKLE_UNEXPECTED_CALL: {
    severity: 'high',
    verdict: 'suspicious',
    title: 'a known function or class is used as its library never does',
    about:
      'The name is known and harmless in the use that its library makes of it; here it is called otherwise.',
    advice: LOOK,
    references: ['CWE-502'],
  },
  PICKLE_UNEXPECTED_CHANGE: {
    severity: 'high',
    verdict: 'suspicious',
    title: 'an object is changed as its library never does',
    about:
      'After its construction the object is given a state, items or attributes that its class does not write.',
    advice: LOOK,
    references: ['CWE-502', 'CWE-915', 'CVE-2026-24747'],
  },
  PICKLE_CONTAINS_CODE: {
    severity: 'high',
    verdict: 'suspicious',
    title: 'carries code of its own',
    about:
      'The file was written with dill, cloudpickle or the like and holds functions or classes as code, which nobody can check without reading it.',
    advice: 'load it only when you trust its author as you would trust a program',
    references: ['CWE-502', 'CWE-829'],
  },
  PICKLE_DANGEROUS_CODE: {
    severity: 'critical',
    verdict: 'malicious',
    title: 'carries code that runs programs or loads more code',
    about: 'The code in the file names functions that run programs, execute text or open connections.',
    advice: REFUSE,
    references: ['CWE-502', 'CWE-829'],
  },
  PICKLE_BROKEN: {
    severity: 'medium',
    verdict: 'suspicious',
    title: 'a pickle that cannot be loaded to its end',
    about: 'An unpickler stops here with an error. Whatever stands before it happens all the same.',
    advice: 'fetch the file again; if it stays broken, refuse it',
    references: ['CWE-20'],
  },
  PICKLE_BREAKS_AFTER_CODE: {
    severity: 'critical',
    verdict: 'malicious',
    title: 'breaks off right after running something',
    about:
      'The pickle has done its imports and calls, then breaks: a way to run code while scanners report an invalid file.',
    advice: REFUSE,
    references: ['CWE-693', 'CWE-502'],
  },
  PICKLE_ODD_STREAM: {
    severity: 'low',
    verdict: 'suspicious',
    title: 'written as no pickler writes',
    about:
      'The stream loads but has operations that no pickler produces (a protocol in the middle, operations that cross their frame), as hand-made payloads do.',
    advice: 'find out what wrote the file',
    references: ['CWE-436'],
  },
  PICKLE_SEVERAL_STREAMS: {
    severity: 'info',
    verdict: 'none',
    title: 'several pickles in a row',
    about: 'Loaders that read one pickle do not see the others; all of them were looked at.',
    advice: 'nothing, when the format is known to do so',
    references: [],
  },
  PICKLE_TRAILING_DATA: {
    severity: 'low',
    verdict: 'suspicious',
    title: 'bytes that belong to no pickle',
    about: 'Behind the end of a pickle there are bytes that are no pickle: a second payload may hide there.',
    advice: 'find out what wrote the file, or refuse it',
    references: ['CWE-506'],
  },
  PICKLE_HIDDEN_STREAM: {
    severity: 'high',
    verdict: 'suspicious',
    title: 'a pickle behind unexplained bytes',
    about: 'After a gap of bytes that are no pickle another pickle begins, out of sight of most scanners.',
    advice: REFUSE,
    references: ['CWE-506', 'CWE-693'],
  },
  PICKLE_NESTED: {
    severity: 'high',
    verdict: 'suspicious',
    title: 'a pickle inside a string',
    about:
      'A string or bytes object holds another pickle, plain or encoded. Something that runs later may load it.',
    advice: 'ask its source why; what the inner pickle does is listed with it',
    references: ['CWE-506', 'CWE-502'],
  },
  PICKLE_NESTED_CODE: {
    severity: 'high',
    verdict: 'suspicious',
    title: 'code inside a string',
    about: 'A string or bytes object holds compiled Python, or encoded text that is a program.',
    advice: REFUSE,
    references: ['CWE-506'],
  },
  PICKLE_PERSISTENT_ID: {
    severity: 'medium',
    verdict: 'suspicious',
    title: 'asks its loader for an object',
    about:
      'A persistent id is handed to the program that loads the file. Only PyTorch files use them, and only for tensor storages.',
    advice: 'load it only with the program it was made for',
    references: [PICKLE_DOCS],
  },
  PICKLE_EXTENSION: {
    severity: 'high',
    verdict: 'suspicious',
    title: 'uses the extension registry',
    about:
      'An extension code stands for an import that only the loading program knows (copyreg). No model file uses it.',
    advice: REFUSE,
    references: ['CWE-502'],
  },
  PICKLE_OUT_OF_BAND: {
    severity: 'low',
    verdict: 'suspicious',
    title: 'needs data that is not in the file',
    about: 'The pickle expects buffers beside it (protocol 5), which are not here to be looked at.',
    advice: 'save it again in one piece',
    references: ['PEP 574'],
  },
  PICKLE_AMPLIFIES: {
    severity: 'medium',
    verdict: 'suspicious',
    title: 'grows out of proportion when it is loaded',
    about: 'Values are referred to so often that loading or walking the result exhausts memory or time.',
    advice: 'refuse it, or load it with a memory limit',
    references: ['CWE-400', 'CWE-776'],
  },
  PICKLE_FILE_REFERENCE: {
    severity: 'high',
    verdict: 'suspicious',
    title: 'reads another file when it is loaded',
    about: 'An object in the pickle names a file that its library opens while loading.',
    advice: 'save it again in one piece with a current version of the library',
    references: ['CWE-73', 'CVE-2020-13092'],
  },
} as const satisfies RuleTable;
