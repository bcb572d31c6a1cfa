import type { Check } from '../check.ts';

/** The oldest form of PyTorch's files, a tar archive; its members are scanned as those of any tar. */
export const torchTarCheck: Check = {
  name: 'torch-tar',
  formats: ['pytorch-tar'],
  run(target, context) {
    context.profile('torch-weights-only', 'refused');
    context.report({ rule: 'TORCH_LEGACY_TAR', message: 'a tar archive of PyTorch 0.1' }, target);
    return Promise.resolve();
  },
};
