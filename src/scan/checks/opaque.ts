import type { Check } from '../check.ts';

/** Containers that are known but not read here: whatever is in them is unknown (nullifAI shipped malware as 7z). */
export const opaqueCheck: Check = {
  name: 'opaque',
  formats: ['7z', 'rar', 'cab'],
  run(target, context) {
    context.report({ rule: 'FORMAT_UNREADABLE', offset: 0, message: `a ${target.format} archive` }, target);
    context.unknown(`a ${target.format} archive cannot be read`);
    return Promise.resolve();
  },
};
