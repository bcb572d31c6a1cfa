import assert from 'node:assert/strict';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createEvidenceOperations } from '../../src/cli/wiring-evidence.ts';
import { temporaryHome } from '../kit/temporary-home.ts';

test('a bundle of evidence has the record, the settings and the logs, and every change of it is found', async (t) => {
  const { folder, strongroom } = await temporaryHome(t);
  await strongroom.api.blocks.add({ source: '192.0.2.7', reason: 'ticket 4711' });
  await strongroom.api.lockdown.begin({ reason: 'drill' });
  const path = join(folder, 'evidence');
  const { files, key } = await strongroom.exportEvidence({ destination: path });
  const operations = createEvidenceOperations({});
  const checked = await operations.verifyEvidence({ path, key });
  assert.deepEqual([checked.files, checked.wrong], [files, []]);
  const state = JSON.parse(await readFile(join(path, 'state.json'), 'utf8')) as Record<string, unknown>;
  assert.equal((state['lockdown'] as { isOn: boolean }).isOn, true);
  assert.equal((state['blocks'] as { source: string }[])[0]?.source, '192.0.2.7');
  assert.ok((await readFile(join(path, 'audit', 'checkpoint'), 'utf8')).startsWith('strongroom/'));
  await appendFile(join(path, 'state.json'), ' ');
  await writeFile(join(path, 'slipped-in'), '');
  assert.deepEqual((await operations.verifyEvidence({ path, key })).wrong, ['state.json', 'slipped-in']);
  const note = await readFile(join(path, 'evidence.note'), 'utf8');
  await writeFile(join(path, 'evidence.note'), note.replace('state.json', 'stale.json'));
  await assert.rejects(operations.verifyEvidence({ path, key }), { code: 'AUDIT_SIGNATURE' });
});
