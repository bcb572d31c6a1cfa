export {
  type ModelContent,
  type RunAnswer,
  Runner,
  type RunnerOptions,
  type RunRequest,
} from './runner.ts';
