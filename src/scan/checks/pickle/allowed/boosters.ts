import { attributes, CLASS } from './arguments.ts';
import { type AllowedNames, type AllowedRow, rows, type StateRule } from './row.ts';

/** A booster is pickled as its model; a number would be taken for a pointer and freed when the object goes. */
const boosterState: StateRule = (state, asking) => {
  if (state.kind !== 'dict') return { what: `a state that is a ${state.kind}` };
  const hasPointer = state.entries.some(
    ([key, value]) => key.kind === 'str' && /handle$/.test(key.text ?? '') && value.kind === 'int',
  );
  return hasPointer ? { what: 'a pointer', isAttack: true } : attributes(state, asking);
};

const BOOSTER: AllowedRow = { isClass: true, state: boosterState };
const CLASS_NAME = /^_?[A-Z]\w*$/;

/** XGBoost, LightGBM and CatBoost: their scikit-learn estimators and the boosters inside. */
export const BOOSTER_NAMES: AllowedNames = {
  exact: rows('xgboost.core.Booster lightgbm.basic.Booster', BOOSTER),
  patterns: [
    {
      module: /^(?:xgboost\.(?:sklearn|callback|compat)|lightgbm\.(?:sklearn|callback|compat))$/,
      name: CLASS_NAME,
      row: CLASS,
    },
    { module: /^(?:catboost|catboost\.core)$/, name: /^_?CatBoost\w*$/, row: CLASS },
  ],
};
