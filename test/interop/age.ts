import assert from 'node:assert/strict';
import type { Check } from './check.ts';
import type { Peers } from './peers.ts';
import { digestOf, type Workshop } from './workshop.ts';

/** What age seals we open, and the other way round. */
export function ageChecks(peers: Peers, fileBytes: number): Check[] {
  const missing = peers.age ? undefined : 'age';
  return [
    {
      name: 'age opens what we seal in its format',
      missing,
      run: (workshop) => {
        const { file, identity, recipient } = prepare(workshop, fileBytes);
        const sealed = workshop.path('ours.age');
        workshop.strongroomFiles('seal', file, '--age', '--recipient', recipient, '-o', sealed);
        workshop.run('age', ['-d', '-i', identity, '-o', workshop.path('out'), sealed]);
        assert.equal(digestOf(workshop.path('out')), digestOf(file));
      },
    },
    {
      name: 'we open what age seals',
      missing,
      run: (workshop) => {
        const { file, identity, recipient } = prepare(workshop, fileBytes);
        const sealed = workshop.path('theirs.age');
        workshop.run('age', ['-r', recipient, '-o', sealed, file]);
        const out = workshop.path('out');
        workshop.strongroomFiles('open', sealed, '--age', '--identity-file', identity, '-o', out);
        assert.equal(digestOf(out), digestOf(file));
      },
    },
    {
      name: 'we refuse what age sealed and somebody changed, and write nothing',
      missing,
      run: (workshop) => {
        const { file, identity, recipient } = prepare(workshop, 200_000);
        const sealed = workshop.path('theirs.age');
        workshop.run('age', ['-r', recipient, '-o', sealed, file]);
        workshop.flipByte(sealed, 150_000);
        const out = workshop.path('out');
        assert.throws(() =>
          workshop.strongroomFiles('open', sealed, '--age', '--identity-file', identity, '-o', out),
        );
        assert.equal(workshop.exists('out'), false);
      },
    },
  ];
}

function prepare(
  workshop: Workshop,
  fileBytes: number,
): { readonly file: string; readonly identity: string; readonly recipient: string } {
  const identity = workshop.write('age.key', workshop.run('age-keygen', []));
  const recipient = workshop.run('age-keygen', ['-y', identity]).trim();
  return { file: workshop.writeRandom('file', fileBytes), identity, recipient };
}
