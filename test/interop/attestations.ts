import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Check } from './check.ts';
import { findPythonPeer, type PythonPeer } from './python-peer.ts';
import { digestOf, type Workshop } from './workshop.ts';

const READER = join(import.meta.dirname, 'check_attestations.py');

/** The libraries of those who define the formats; 11.12 knows CycloneDX 1.7. */
const ATTESTATION: PythonPeer = {
  name: 'attestation',
  packages: ['cyclonedx-python-lib[json-validation]==11.12.0', 'in-toto-attestation==0.9.3'],
  probe: [
    'import jsonschema, in_toto_attestation.v1.statement',
    'from cyclonedx.schema import SchemaVersion; SchemaVersion.V1_7',
  ].join('; '),
};

const answer = z.strictObject({
  files: z.record(z.string(), z.string()),
  roots: z.array(z.string()),
  parent: z.string(),
});

/** Our attestations are read and validated by CycloneDX's and in-toto's own libraries, which refuse broken ones. */
export function attestationChecks(): Check[] {
  const found = findPythonPeer(ATTESTATION);
  const missing = found === undefined ? 'cyclonedx-python-lib with in-toto-attestation' : undefined;
  const python = found ?? '';
  return [
    {
      name: 'bill of materials, scan, test result and SLSA provenance are valid to CycloneDX and in-toto',
      missing,
      run: (workshop) => {
        const { document, weights } = attest(workshop);
        const read = answer.parse(JSON.parse(workshop.run(python, [READER, document])));
        assert.deepEqual(read.files, { 'weights.txt': digestOf(weights) });
        assert.equal(read.roots.length, 1);
        assert.notEqual(read.parent, read.roots[0]);
      },
    },
    {
      name: 'what is wrong with such documents is refused there, so that the check above can fail',
      missing,
      run: (workshop) => {
        const { document } = attest(workshop);
        const good = readFileSync(document, 'utf8');
        for (const [from, to, says] of [
          ['"specVersion": "1.7"', '"specVersion": "1.7", "strange": 1', /not CycloneDX 1\.7/],
          ['"alg": "SHA-256"', '"alg": "SHA-257"', /not CycloneDX 1\.7/],
          ['"type": "machine-learning-model"', '"type": "model"', /not CycloneDX 1\.7/],
          ['"builder"', '"maker"', /maker/],
          ['https://in-toto.io/Statement/v1', 'https://in-toto.io/Statement/v2', /Wrong statement type/],
          ['"PASSED"', '7', /Error|error/],
        ] as const) {
          assert.ok(good.includes(from), from);
          writeFileSync(document, good.replace(from, to));
          assert.throws(() => workshop.run(python, [READER, document]), says, from);
        }
      },
    },
  ];
}

/** A model with metrics, metadata and a parent, and all that is attested of it. */
function attest(workshop: Workshop): { readonly document: string; readonly weights: string } {
  workshop.strongroom('init');
  const weights = workshop.write('weights.txt', 'parent');
  workshop.strongroom('put', weights, 'acme/churn');
  workshop.write('weights.txt', 'child');
  const words = ['--metric', 'f1=0.9', '--meta', 'license=Apache-2.0', '--meta', 'task=classification'];
  const lineage = ['--derived-from', 'acme/churn@1', '--relation', 'quantized'];
  workshop.strongroom('put', weights, 'acme/churn', ...words, ...lineage);
  const printed = workshop.strongroom('attest', 'acme/churn@2', '--json');
  return { document: workshop.write('attested.json', printed), weights };
}
