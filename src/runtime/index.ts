export { processExists, restrictUmask, type ThisProcess, thisProcess } from './this-process.ts';
