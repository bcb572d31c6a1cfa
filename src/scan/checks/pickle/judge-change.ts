import type { CallValue, PickleValue } from '../../../formats/index.ts';
import { describeValue } from './describe.ts';
import type { Judgement } from './judgement.ts';
import type { Lists } from './lists.ts';

/**
 * What speaks against all that a stream does to an object after it came to be (BUILD, APPEND(S), ADDITEMS, SETITEM(S)).
 * `offset` is that of the first change.
 */
export function judgeChange(target: PickleValue, offset: number, lists: Lists): Judgement | undefined {
  if (target.kind === 'global') {
    return {
      rule: 'PICKLE_CHANGES_IMPORT',
      offset,
      message: 'attributes or items of an import are changed',
      evidence: describeValue(target),
    };
  }
  if (target.kind !== 'call')
    return {
      rule: 'PICKLE_UNEXPECTED_CHANGE',
      offset,
      message: 'an object that only its loader knows is changed',
    };
  const standing = lists.calleeOf(target.callee);
  // What was said of the call covers what is done to its outcome.
  return standing?.kind === 'allowed' ? judgeObject(target, offset, lists) : undefined;
}

function judgeObject(target: CallValue, offset: number, lists: Lists): Judgement | undefined {
  const known = lists.rowOfObject(target);
  const { states, items, entries } = target.changes;
  const evidence = describeValue(target);
  const unexpected = (message: string): Judgement => ({
    rule: 'PICKLE_UNEXPECTED_CHANGE',
    offset,
    message,
    evidence,
  });
  if (items.length > 0 && known?.row.items !== true) return unexpected('items are added to it');
  if (entries.length > 0 && known?.row.entries !== true) return unexpected('items are assigned to it');
  if (states.length === 0) return undefined;
  if (known?.state === undefined) return unexpected('a state is given to it');
  for (const state of states) {
    const objection = known.state(state, lists);
    if (objection === undefined) continue;
    const isAttack = objection.isAttack === true || known.row.isGuarded === true;
    if (!isAttack) return unexpected(`it is given ${objection.what}`);
    return { rule: 'PICKLE_DANGEROUS_ARGUMENT', offset, message: `it is given ${objection.what}`, evidence };
  }
  return undefined;
}
