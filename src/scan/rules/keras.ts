import type { RuleTable } from './rule.ts';

/** Rules about Keras models and HDF5 files. */
export const KERAS_RULES = {
  KERAS_CODE: {
    severity: 'critical',
    verdict: 'malicious',
    title: 'a Keras model that carries Python code',
    about: 'A Lambda holds marshalled bytecode; HDF5 models run it even with safe_mode, in every version.',
    advice: 'do not load it; ask for a model without Lambda layers',
    references: ['CVE-2024-3660', 'CVE-2025-9905', 'CWE-94'],
  },
  KERAS_LAMBDA: {
    severity: 'high',
    verdict: 'suspicious',
    title: 'a Lambda layer',
    about: 'Its function is looked up by name when the model is loaded.',
    advice: 'check the function, or ask for a model without Lambda layers',
    references: ['CVE-2024-3660'],
  },
  KERAS_FOREIGN_MODULE: {
    severity: 'critical',
    verdict: 'malicious',
    title: 'a Keras model that imports something outside Keras',
    about:
      'Loading imports the module and calls what it names, whatever safe_mode says in affected versions.',
    advice: 'do not load it',
    references: ['CVE-2025-1550', 'CVE-2025-8747', 'CWE-94'],
  },
  KERAS_GADGET: {
    severity: 'critical',
    verdict: 'malicious',
    title: 'a Keras model that calls a dangerous function of Keras',
    about: 'get_file, load_model, enable_unsafe_deserialization and the like download, unpack or run more.',
    advice: 'do not load it',
    references: ['CVE-2025-8747', 'CVE-2025-9906', 'CVE-2025-12060', 'CWE-94'],
  },
  KERAS_TORCH_MODULE: {
    severity: 'critical',
    verdict: 'malicious',
    title: 'a TorchModuleWrapper',
    about: 'Its configuration holds a pickle that torch.load runs.',
    advice: 'do not load it',
    references: ['CVE-2025-49655', 'CWE-502'],
  },
  KERAS_FILE_REFERENCE: {
    severity: 'high',
    verdict: 'malicious',
    title: 'a layer that reads a file or an address',
    about:
      'A vocabulary that is a path or URL is read when the model is loaded: any file of the host, any server.',
    advice: 'do not load it; vocabularies belong into the model',
    references: ['CVE-2025-12058', 'CWE-22', 'CWE-918'],
  },
  KERAS_CUSTOM_CLASS: {
    severity: 'low',
    verdict: 'none',
    title: 'a class that Keras does not have',
    about: 'The model only loads where somebody registers that class.',
    advice: 'register only classes whose code you know',
    references: [],
  },
  KERAS_MALFORMED: {
    severity: 'medium',
    verdict: 'suspicious',
    title: 'a Keras configuration that cannot be read',
    about: 'It is no proper JSON, or a key appears twice, so a check may see another model than the loader.',
    advice: 'refuse it, and ask for the file again from where it was made',
    references: ['CWE-436'],
  },
  HDF5_EXTERNAL: {
    severity: 'critical',
    verdict: 'malicious',
    title: 'an HDF5 file that reads other files',
    about:
      'External links, external raw data or virtual datasets pull any file of the host into the weights.',
    advice: 'do not load it; models have their data inside',
    references: ['CVE-2026-1669', 'CWE-73'],
  },
  HDF5_USER_BLOCK: {
    severity: 'high',
    verdict: 'suspicious',
    title: 'bytes in front of an HDF5 file',
    about: 'HDF5 may begin behind a block of anything else, so the file is something else as well.',
    advice: 'refuse it: no writer of models makes user blocks',
    references: ['CWE-436'],
  },
  HDF5_MALFORMED: {
    severity: 'high',
    verdict: 'suspicious',
    title: 'an HDF5 file that breaks its format',
    about:
      'An address, a size or a signature is wrong; the C library has a long history of overflows on such files.',
    advice: 'refuse it, and ask for the file again from where it was made',
    references: ['CWE-125', 'CWE-787'],
  },
  HDF5_UNUSUAL: {
    severity: 'low',
    verdict: 'none',
    title: 'an HDF5 file with unusual structures',
    about: 'It loads, but no writer of models makes it so.',
    advice: 'ask with what it was written',
    references: [],
  },
  HDF5_FILTER: {
    severity: 'medium',
    verdict: 'suspicious',
    title: 'a filter that is a plug-in',
    about: 'HDF5 loads a native library to decode this data.',
    advice: 'write the data again with built-in compression',
    references: ['CWE-114'],
  },
} as const satisfies RuleTable;
