/** What is wrong with a pickle, for programs. */
export type PickleFindingCode =
  | 'buffer-out-of-band'
  | 'extension-invalid'
  | 'frame-beyond-end'
  | 'frame-crossed'
  | 'integer-invalid'
  | 'items-odd'
  | 'key-unhashable'
  | 'length-beyond-end'
  | 'line-empty'
  | 'line-unended'
  | 'mark-missing'
  | 'memo-missing'
  | 'number-invalid'
  | 'opcode-unknown'
  | 'protocol-misplaced'
  | 'protocol-unsupported'
  | 'reader-limit'
  | 'stack-underflow'
  | 'stream-empty'
  | 'stream-truncated'
  | 'text-invalid'
  | 'type-mismatch';

/**
 * `error`: CPython's unpickler raises here, having already done whatever came before.
 * `limit`: this reader went no further; what follows is unknown.
 * `notice`: it loads, but no pickler writes it so.
 */
export type PickleFindingSeverity = 'error' | 'limit' | 'notice';

/** Something that a pickle should not have. */
export interface PickleFinding {
  readonly severity: PickleFindingSeverity;
  readonly code: PickleFindingCode;
  /** Where, in bytes from the start of the source. */
  readonly offset: number;
  /** Lower case, no full stop; holds no text of the file. */
  readonly message: string;
}

/** Ends a reading from within: CPython would have stopped here too, or a limit was reached. Never leaves this folder. */
export class PickleHalt extends Error {
  readonly severity: 'error' | 'limit';
  readonly code: PickleFindingCode;

  constructor(severity: 'error' | 'limit', code: PickleFindingCode, message: string) {
    super(message);
    this.severity = severity;
    this.code = code;
  }
}
