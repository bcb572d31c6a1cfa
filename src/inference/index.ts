export { applyOutputPolicy, type PolicedAnswer } from './output-policy.ts';
export { largestAt, type NoiseStream, policeScores, type RowPolicing } from './output-policy-row.ts';
export { isFloat, isNumeric, readNumbers } from './score-tensor.ts';
