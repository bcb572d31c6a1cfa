// Performs one act and says so. Run with `--import kill-switch.ts`, which ends it in the middle.
import { writeSync } from 'node:fs';
import { arm, disarm } from '../kit/kill-switch.ts';
import { type ActName, perform } from './acts.ts';

const [act, folder] = process.argv.slice(2) as [ActName, string];
await perform(act, folder, { arm, disarm });
writeSync(1, 'acknowledged\n');
process.exit(0);
