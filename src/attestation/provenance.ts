import { type Statement, type Subject, statementAbout } from './statement.ts';

const SLSA_PREDICATE = 'https://slsa.dev/provenance/v1';
const BUILD_TYPE = 'urn:strongroom:build:derivation:1';

/** Where a version comes from, and which strongroom says so. */
export interface Derivation {
  /** How: `quantized`, `fine-tuned`, `converted` … */
  readonly relation: string;
  /** The version that it was made out of; its root digest where it is still there. */
  readonly parent: { readonly name: string; readonly root?: string };
  /** Id of the strongroom. */
  readonly vault: string;
  readonly createdAt: string;
}

/** The lineage of a version as SLSA provenance (slsa.dev/spec/v1.0/provenance). */
export function provenanceStatement(subject: Subject, derivation: Derivation): Statement {
  const { relation, parent, vault, createdAt } = derivation;
  const source = {
    uri: `urn:strongroom:${vault}:${parent.name}`,
    ...(parent.root === undefined ? {} : { digest: { sha256: parent.root } }),
  };
  return statementAbout(subject, SLSA_PREDICATE, {
    buildDefinition: {
      buildType: BUILD_TYPE,
      externalParameters: { relation, source },
      resolvedDependencies: [source],
    },
    runDetails: {
      builder: { id: `urn:strongroom:vault:${vault}` },
      metadata: { invocationId: subject.name, finishedOn: createdAt },
    },
  });
}
