import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Check } from './check.ts';
import type { Peers } from './peers.ts';
import { digestOf } from './workshop.ts';

const HERE = import.meta.dirname;

/** Python's \`cryptography\`: what it wrote we import, and what we wrote it can read by the specification alone. */
export function pythonChecks(peers: Peers, fileBytes: number): Check[] {
  const missing = peers.python === undefined ? 'Python with cryptography' : undefined;
  const python = peers.python ?? '';
  return [
    {
      name: 'a reader written from the specification alone opens a sealed file',
      missing,
      run: (workshop) => {
        const file = workshop.writeRandom('file', fileBytes);
        const passphrase = workshop.write('passphrase', 'correct horse battery staple');
        const sealed = workshop.path('file.sealed');
        workshop.strongroomFiles('seal', file, '--passphrase-file', passphrase, '-o', sealed);
        const out = workshop.path('out');
        workshop.run(python, [join(HERE, 'open_sealed.py'), sealed, passphrase, out]);
        assert.equal(digestOf(out), digestOf(file));
      },
    },
  ];
}
