export {
  createLog,
  type Log,
  type LogFields,
  type LogLevel,
  type LogLine,
  type LogOptions,
  type LogStream,
  silentLog,
} from './log.ts';
