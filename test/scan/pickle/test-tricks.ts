import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scanBytes, shown, type TrickCase } from './scan-pickle.ts';

/** One test for each case. */
export function testTricks(cases: readonly TrickCase[]): void {
  for (const { name, bytes: content, verdict, rules = [], status, file } of cases) {
    test(name, async () => {
      const report = await scanBytes(content, file);
      assert.equal(report.verdict, verdict, shown(report));
      if (status !== undefined) assert.equal(report.status, status, shown(report));
      for (const rule of rules)
        assert.ok(
          report.findings.some((finding) => finding.rule === rule),
          `no ${rule} in ${shown(report)}`,
        );
    });
  }
}
