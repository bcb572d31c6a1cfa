import assert from 'node:assert/strict';
import test from 'node:test';
import { formatSarif } from '../../../src/cli/sarif.ts';
import { RULES } from '../../../src/scan/index.ts';
import { buildZip } from '../../kit/zip-builder.ts';
import { PAYLOAD, scanBytes } from './scan-bytes.ts';

interface Log {
  readonly version: string;
  readonly runs: readonly [
    {
      readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
      readonly results: readonly {
        readonly ruleId: string;
        readonly ruleIndex: number;
        readonly level: string;
        readonly locations: readonly [
          {
            readonly physicalLocation: {
              readonly artifactLocation: { readonly uri: string };
              readonly region?: { readonly byteOffset: number };
            };
            readonly logicalLocations?: readonly { readonly fullyQualifiedName: string }[];
          },
        ];
      }[];
      readonly invocations: readonly [
        {
          readonly executionSuccessful: boolean;
          readonly toolExecutionNotifications: readonly { readonly message: { readonly text: string } }[];
        },
      ];
    },
  ];
}

async function logOf(bytes: Uint8Array): Promise<Log> {
  const report = await scanBytes(bytes, 'model x.pkl');
  return formatSarif([{ path: 'a b/model x.pkl', report }], '1.2.3') as unknown as Log;
}

test('a finding becomes a result with its rule, level and byte offset', async () => {
  const { version, runs } = await logOf(PAYLOAD);
  const [{ tool, results, invocations }] = runs;
  assert.equal(version, '2.1.0');
  assert.deepEqual(
    tool.driver.rules.map(({ id }) => id),
    Object.keys(RULES),
  );
  const [first] = results;
  assert.ok(first !== undefined);
  assert.equal(tool.driver.rules[first.ruleIndex]?.id, first.ruleId);
  assert.equal(first.level, 'error');
  const { artifactLocation, region } = first.locations[0].physicalLocation;
  assert.deepEqual([artifactLocation.uri, region?.byteOffset], ['a%20b/model%20x.pkl', 0]);
  assert.equal(invocations[0].executionSuccessful, true);
});

test('a finding inside a container names the member, and no offset of the outer file', async () => {
  const [{ results }] = (await logOf(buildZip({ members: [{ name: 'data.pkl', content: PAYLOAD }] }))).runs;
  const inside = results.find(({ ruleId }) => ruleId === 'PICKLE_DANGEROUS_IMPORT')?.locations[0];
  assert.equal(inside?.logicalLocations?.[0]?.fullyQualifiedName, 'data.pkl');
  assert.equal(inside.physicalLocation.region, undefined);
});

test('a file that could not be read is told as a failure of the run', () => {
  const error = { code: 'STORAGE_DENIED', message: 'no permission' };
  const log = formatSarif([{ path: 'x', error }], '1.2.3') as unknown as Log;
  const [{ results, invocations }] = log.runs;
  assert.deepEqual(results, []);
  assert.equal(invocations[0].executionSuccessful, false);
  assert.equal(invocations[0].toolExecutionNotifications[0]?.message.text, 'STORAGE_DENIED: no permission');
});
