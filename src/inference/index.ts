export { compareOutputs } from './compare-outputs.ts';
export type { ModelSession, OpenModel, SessionOptions } from './model-session.ts';
export { observe } from './observed-rows.ts';
export { applyOutputPolicy, type PolicedAnswer } from './output-policy.ts';
export { largestAt, policeScores } from './output-policy-row.ts';
export { isFloat, readNumbers, withNumbers } from './score-tensor.ts';
export { type LoadedModel, type PoolOptions, type ServableModel, SessionPool } from './session-pool.ts';
export { validateInputs, validateOutputs } from './validation/validate-inputs.ts';
