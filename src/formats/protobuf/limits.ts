/** How much of a hostile protocol buffer is followed. */
export interface ProtobufLimits {
  /** How deep messages nest; protobuf itself stops at a hundred. */
  readonly maxDepth: number;
  /** Fields of all messages, together. */
  readonly maxFields: number;
  /** Longest string that is kept, in bytes; longer ones are known by place and length. */
  readonly maxHeldBytes: number;
  /** Values that are kept of one field of one message. */
  readonly maxHeldValues: number;
}

/** A graph of half a million nodes fits. */
export const DEFAULT_PROTOBUF_LIMITS: ProtobufLimits = {
  maxDepth: 100,
  maxFields: 20_000_000,
  maxHeldBytes: 1 << 16,
  maxHeldValues: 1000,
};
