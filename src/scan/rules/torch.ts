import type { RuleTable } from './rule.ts';

/** Rules about PyTorch's files: the archive, the older stacked form, TorchScript. */
export const TORCH_RULES = {
  TORCH_MALFORMED: {
    severity: 'medium',
    verdict: 'suspicious',
    title: 'a PyTorch file that breaks its format',
    about: 'A part that every file of this kind has is missing, doubled or not of the size that is stated.',
    advice: 'fetch the file again; if it stays so, refuse it',
    references: ['CWE-20'],
  },
  TORCH_HIDDEN_PICKLE: {
    severity: 'high',
    verdict: 'suspicious',
    title: 'a pickle where tensor data belongs',
    about:
      'A member that should hold raw numbers is a pickle and does not have the size of the tensor it stands for.',
    advice: 'refuse it: no version of PyTorch writes such a file',
    references: ['CWE-506', 'CWE-693'],
  },
  TORCH_EXTRA_MEMBER: {
    severity: 'low',
    verdict: 'suspicious',
    title: 'a member that PyTorch does not write',
    about: 'The archive has a member that belongs to no part of the format.',
    advice: 'look at what the member is, or refuse the file',
    references: ['CWE-506'],
  },
  TORCH_EXTRA_PICKLE: {
    severity: 'high',
    verdict: 'suspicious',
    title: 'more than one main pickle',
    about: 'There are several pickles where the format has one, so that two programs may load two things.',
    advice: 'refuse it: no version of PyTorch writes such a file',
    references: ['CWE-436'],
  },
  TORCH_SIZE_MISMATCH: {
    severity: 'high',
    verdict: 'suspicious',
    title: 'a storage has another size than its tensor',
    about: 'What the pickle says of a storage and what the archive holds differ; the rest is hidden data.',
    advice: 'refuse it, or load only the tensors with weights_only',
    references: ['CWE-130'],
  },
  TORCH_MAGIC_BYPASS: {
    severity: 'critical',
    verdict: 'malicious',
    title: 'the magic number is computed',
    about:
      'The first pickle of the older format should be one number. Here it is the outcome of a call, so the call runs before the format is even checked.',
    advice: 'do not load it',
    references: ['GHSA-97f8-7cmv-76j2'],
  },
  TORCH_LEGACY_TAR: {
    severity: 'medium',
    verdict: 'suspicious',
    title: 'the oldest form of PyTorch files',
    about:
      'A tar archive of PyTorch 0.1. Versions of PyTorch before 2.6 load it with a full unpickler even when asked for weights only.',
    advice: 'load it with a current version once, and save it again',
    references: ['CVE-2025-32434'],
  },
  TORCH_SCRIPT: {
    severity: 'info',
    verdict: 'none',
    title: 'TorchScript',
    about:
      'The archive holds a program in the TorchScript language, which runs inside PyTorch without access to Python.',
    advice: 'use it only when you need it; the interpreter was not made for hostile programs',
    references: ['https://github.com/pytorch/pytorch/security/policy'],
  },
  TORCH_SCRIPT_SUSPICIOUS: {
    severity: 'high',
    verdict: 'suspicious',
    title: 'TorchScript that reaches out',
    about:
      'The program calls into Python, into custom operators, or into operators that read or write files.',
    advice: 'refuse it unless you know the operators',
    references: ['CWE-829'],
  },
  TORCH_WEIGHTS_ONLY_REFUSED: {
    severity: 'info',
    verdict: 'none',
    title: 'does not load with weights_only',
    about: "PyTorch's restricted loader refuses the file, so it needs the full unpickler, which runs code.",
    advice: 'ask its source for a state dictionary, or convert it in a safe place',
    references: ['https://pytorch.org/docs/stable/generated/torch.load.html'],
  },
  JOBLIB_MALFORMED: {
    severity: 'medium',
    verdict: 'suspicious',
    title: 'a joblib file that breaks its format',
    about: 'Array data between the operations has no size that can be told, or is cut.',
    advice: 'fetch the file again; if it stays so, refuse it',
    references: ['CWE-20'],
  },
} as const satisfies RuleTable;
