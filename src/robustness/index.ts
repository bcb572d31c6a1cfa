export {
  type ExtractionInput,
  evaluateExtraction,
  type StrategyReport,
  type Victim,
} from './extraction.ts';
export { plotExtraction } from './extraction-plot.ts';
export { randomOf } from './random.ts';
export { STRATEGIES } from './strategies/all.ts';
export { watchedDefence } from './watched-defence.ts';
