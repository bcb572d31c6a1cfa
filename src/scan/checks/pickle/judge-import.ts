import type { GlobalValue } from '../../../formats/index.ts';
import type { Judgement } from './judgement.ts';
import type { Lists } from './lists.ts';

/** What speaks against an import by itself, used or not: importing runs the module. */
export function judgeImport(target: GlobalValue, lists: Lists): Judgement | undefined {
  const { offset } = target;
  const standing = lists.standings.of(target);
  switch (standing.kind) {
    case 'allowed':
      return undefined;
    case 'hidden':
      return { rule: 'PICKLE_HIDDEN_IMPORT', offset, message: 'an import whose name is hidden' };
    case 'denied':
      return {
        rule: 'PICKLE_DANGEROUS_IMPORT',
        offset,
        message: standing.why,
        evidence: standing.name.path,
      };
    case 'code':
      return {
        rule: 'PICKLE_CONTAINS_CODE',
        offset,
        message: 'rebuilds functions or classes from code in the file',
        evidence: standing.name.path,
      };
    case 'file':
      return {
        rule: 'PICKLE_FILE_REFERENCE',
        offset,
        message: 'an array that lies in a file of another name',
        evidence: standing.name.path,
      };
    case 'unknown':
      return {
        rule: 'PICKLE_UNKNOWN_IMPORT',
        offset,
        message: 'an import that is on no list',
        evidence: standing.name.path,
      };
  }
}
