export type { CliContext, OutputSink, Person } from './context.ts';
export { runCli } from './main.ts';
export type { Operations } from './operations.ts';
export { runProcess } from './process-context.ts';
export { createOperations } from './wiring.ts';
