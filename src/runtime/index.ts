export { afterThisTurn } from './after-this-turn.ts';
export {
  type ModelContent,
  type RunAnswer,
  Runner,
  type RunnerOptions,
  type RunRequest,
} from './runner/index.ts';
export {
  type ProcessGround,
  processExists,
  processGround,
  restrictUmask,
  type ThisProcess,
  thisProcess,
} from './this-process.ts';
export { Thread, type ThreadMessage, type ThreadOptions, threadDoor, threadEnvironment } from './thread.ts';
