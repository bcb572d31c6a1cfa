import { tlogChecks } from './tlog.ts';
import { Workshop } from './workshop.ts';

for (const check of tlogChecks()) {
  const w = new Workshop();
  try {
    check.run(w);
    console.log('passed', check.name);
  } catch (e) {
    console.log('failed', check.name, e);
  } finally {
    w.close();
  }
}
