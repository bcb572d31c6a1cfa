import type { Catalogue } from '../storage/index.ts';
import { type Clock, stamp } from './deps.ts';
import type { Recorder } from './gate.ts';

/** The record in the catalogue: one row an act, its intent durable before the act begins. */
export function catalogueRecorder(deps: {
  readonly catalogue: Pick<Catalogue, 'beginAct' | 'endAct'>;
  readonly clock: Clock;
}): Recorder {
  return {
    async begin(caller, act) {
      const sequence = await deps.catalogue.beginAct({ at: stamp(deps.clock), caller: caller.id, ...act });
      return { end: (outcome, code) => deps.catalogue.endAct(sequence, outcome, code) };
    },
  };
}
