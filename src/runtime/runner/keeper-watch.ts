// A thread of the process that holds a model: ends it when whoever started it is gone, also in the middle of a run.
import { workerData } from 'node:worker_threads';

const CHECK_MS = 500;

setInterval(() => {
  if (process.ppid !== workerData) process.kill(process.pid, 'SIGKILL');
}, CHECK_MS);
