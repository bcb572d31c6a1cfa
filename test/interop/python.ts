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
    {
      name: 'we import what Python sealed with Fernet, and give back the pickle byte for byte',
      missing,
      run: (workshop) => {
        workshop.run(python, [join(HERE, 'make_legacy.py'), workshop.folder, 'open sesame']);
        const [code, key] = [workshop.path('code'), workshop.path('fernet.key')];
        const access = ['--access-code-file', code];
        workshop.strongroom('init');
        workshop.strongroom(
          'import-legacy',
          workshop.path('package.pkl'),
          'acme/churn',
          '--key-file',
          key,
          ...access,
        );
        workshop.strongroom('get', 'acme/churn', '-o', workshop.path('out'), ...access);
        assert.equal(digestOf(workshop.path('out')), digestOf(workshop.path('inner.pickle')));
      },
    },
    {
      name: 'we refuse what Python sealed when the access code is wrong',
      missing,
      run: (workshop) => {
        workshop.run(python, [join(HERE, 'make_legacy.py'), workshop.folder, 'open sesame']);
        const code = workshop.write('wrong', 'open barley');
        workshop.strongroom('init');
        const words = ['import-legacy', workshop.path('package.pkl'), 'acme/churn'];
        const given = ['--key-file', workshop.path('fernet.key'), '--access-code-file', code];
        assert.throws(() => workshop.strongroom(...words, ...given), /access code/);
      },
    },
  ];
}
