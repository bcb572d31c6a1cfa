export { evaluateExtraction, type StrategyReport } from './extraction.ts';
export { extractionOf } from './extraction-of.ts';
export { plotExtraction } from './extraction-plot.ts';
export { randomOf } from './random.ts';
export { STRATEGIES } from './strategies/all.ts';
export { tensorVictim } from './tensor-victim.ts';
export { watchedDefence } from './watched-defence.ts';
