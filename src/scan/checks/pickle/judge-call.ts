import type { CallValue } from '../../../formats/index.ts';
import { dangerousWordsIn, MODULE_IMPORTERS } from './code-names.ts';
import { dangerOf } from './denied-names.ts';
import { describeValue } from './describe.ts';
import type { GlobalName } from './global-name.ts';
import type { Judgement } from './judgement.ts';
import type { Lists } from './lists.ts';
import type { Standing } from './standing.ts';

/** What speaks against a call; what speaks against the import of its function was said before. */
export function judgeCall(call: CallValue, lists: Lists): Judgement | undefined {
  const { offset } = call;
  const standing = lists.calleeOf(call.callee);
  switch (standing?.kind) {
    case undefined:
    case 'hidden':
      return {
        rule: 'PICKLE_HIDDEN_CALL',
        offset,
        message: 'a call of something that only running it would tell',
        evidence: describeValue(call),
      };
    case 'denied':
      return {
        rule: 'PICKLE_DANGEROUS_CALL',
        offset,
        message: `loading calls ${standing.name.path}`,
        evidence: describeValue(call),
      };
    case 'code':
      return judgeCode(call, standing.name);
    // Said by its import.
    case 'file':
      return undefined;
    case 'unknown':
      return {
        rule: 'PICKLE_UNKNOWN_CALL',
        offset,
        message: `loading calls ${standing.name.path}, which is on no list`,
        evidence: describeValue(call),
      };
    case 'allowed':
      return judgeAllowed(call, standing, lists);
  }
}

function judgeAllowed(
  call: CallValue,
  standing: Extract<Standing, { kind: 'allowed' }>,
  lists: Lists,
): Judgement | undefined {
  const objection = lists.objectionTo(call, standing);
  if (objection === undefined) return undefined;
  const isAttack = objection.isAttack === true || standing.row.isGuarded === true;
  return {
    rule: isAttack ? 'PICKLE_DANGEROUS_ARGUMENT' : 'PICKLE_UNEXPECTED_CALL',
    offset: call.offset,
    message: `${standing.name.path} is called with ${objection.what}`,
    evidence: describeValue(call),
  };
}

/** Code in the file: what it names tells what it is for. */
function judgeCode(call: CallValue, name: GlobalName): Judgement | undefined {
  if (MODULE_IMPORTERS.has(name.path)) return judgeModule(call);
  const makesCode = call.callee.kind === 'call' || name.path.endsWith('_create_code');
  const words = makesCode ? dangerousWordsIn(call.args) : [];
  if (words.length === 0) return undefined;
  return {
    rule: 'PICKLE_DANGEROUS_CODE',
    offset: call.offset,
    message: 'code in the file names functions that run programs or other code',
    evidence: words.join(', '),
  };
}

function judgeModule(call: CallValue): Judgement | undefined {
  const first = call.args.kind === 'tuple' ? call.args.items[0] : undefined;
  const module = first?.kind === 'str' ? first.text : undefined;
  if (module !== undefined && dangerOf({ module, name: '', path: module }) === undefined) return undefined;
  return {
    rule: 'PICKLE_DANGEROUS_IMPORT',
    offset: call.offset,
    message: 'a module imported by the code in the file',
    evidence: describeValue(call),
  };
}
