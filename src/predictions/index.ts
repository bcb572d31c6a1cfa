export { type AskedInference, type AskedOutput, decodeRequest } from './protocol/decode-request.ts';
export { decodeResponse } from './protocol/decode-response.ts';
export type { Message } from './protocol/encode-message.ts';
export { encodeRequest, type OutgoingInference } from './protocol/encode-request.ts';
export { type AnsweredInference, encodeResponse } from './protocol/encode-response.ts';
