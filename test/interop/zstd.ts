import assert from 'node:assert/strict';
import type { Check } from './check.ts';
import type { Peers } from './peers.ts';
import { digestOf, type Workshop } from './workshop.ts';

/** Text beyond 256 MiB is not scanned to its end, and waits in quarantine. */
const MAX_TEXT_BYTES = 200 * 2 ** 20 + 17;

/** What we compress, any zstd opens: shown on a namespace without encryption, whose payloads are plain zstd. */
export function zstdChecks(peers: Peers, fileBytes: number): Check[] {
  return [
    {
      name: 'zstd opens a compressed payload',
      missing: peers.zstd ? undefined : 'zstd',
      run: (workshop) => {
        const file = workshop.write('file', repetitiveText(Math.min(fileBytes, MAX_TEXT_BYTES)));
        workshop.strongroom('init');
        workshop.strongroom('ns', 'create', 'plain', '--encryption', 'off', '--yes');
        workshop.strongroom('put', file, 'plain/text', '--compression', 'zstd');
        const payload = findPayload(workshop);
        workshop.run('zstd', ['-q', '-d', payload, '-o', workshop.path('out')]);
        assert.equal(digestOf(workshop.path('out')), digestOf(file));
      },
    },
  ];
}

/** The one large file of the home. */
function findPayload(workshop: Workshop): string {
  const found = workshop.run('find', [workshop.path('home'), '-type', 'f', '-name', '*payload*']).trim();
  assert.match(found, /^[^\n]+$/, 'expected exactly one payload');
  return found;
}

function repetitiveText(bytes: number): Uint8Array {
  const line = Buffer.from('the same weights again and again, with a number: 0123456789\n');
  return Buffer.alloc(bytes, line);
}
