import { CONSTANT_HANDLERS } from './constant-handlers.ts';
import { CONTAINER_HANDLERS } from './container-handlers.ts';
import type { Handler } from './machine-state.ts';
import { MEMO_HANDLERS } from './memo-handlers.ts';
import { OBJECT_HANDLERS } from './object-handlers.ts';
import type { OpcodeName } from './opcodes.ts';

/**
 * What each opcode does, as CPython's C unpickler (`Modules/_pickle.c`) does it, except that nothing is imported or
 * called. STOP and FRAME belong to the one who reads the stream.
 */
export const HANDLERS: Readonly<Record<Exclude<OpcodeName, 'STOP' | 'FRAME'>, Handler>> = {
  ...CONSTANT_HANDLERS,
  ...CONTAINER_HANDLERS,
  ...MEMO_HANDLERS,
  ...OBJECT_HANDLERS,
};
