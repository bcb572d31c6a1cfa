export type { Judgement, PickleVerdict } from './judgement.ts';
export { storageIdOf } from './persistent-id.ts';
export { pickleCheck } from './pickle-check.ts';
export { findNextStream, readStreams } from './read-streams.ts';
export { reportRest } from './report-rest.ts';
export { reportStream } from './report-stream.ts';
export { weightsOnlyObjection } from './weights-only.ts';
