import { utf8Bytes } from '../bytes/index.ts';

const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';

/** An in-toto statement (in-toto attestation framework, spec/v1/statement.md) about one model. */
export interface Statement {
  readonly _type: typeof STATEMENT_TYPE;
  readonly subject: readonly { readonly name: string; readonly digest: { readonly sha256: string } }[];
  readonly predicateType: string;
  readonly predicate: Readonly<Record<string, unknown>>;
}

/** What a statement is about. */
export interface Subject {
  /** `acme/churn@3`, for people. */
  readonly name: string;
  /** Root digest of the files. */
  readonly root: string;
}

export function statementAbout(
  subject: Subject,
  predicateType: string,
  predicate: Statement['predicate'],
): Statement {
  return {
    _type: STATEMENT_TYPE,
    subject: [{ name: subject.name, digest: { sha256: subject.root } }],
    predicateType,
    predicate,
  };
}

/** A document as a file: indented JSON with a final line feed. */
export function formatAttestation(document: object): Uint8Array {
  return utf8Bytes(`${JSON.stringify(document, undefined, 2)}\n`);
}
