import { z } from 'zod';
import { DATATYPES } from '../../bytes/index.ts';
import { REASONS } from './messages.ts';

const MAX_TENSORS = 10_000;
const MAX_DIMENSIONS = 64;

const words = {
  name: z.string().max(65_536),
  datatype: z.enum(DATATYPES),
};

const specs = z
  .array(z.object({ ...words, shape: z.array(z.int().min(-1)).max(MAX_DIMENSIONS).readonly() }))
  .max(MAX_TENSORS)
  .readonly();

const tensors = z
  .array(
    z.object({
      ...words,
      shape: z.array(z.int().min(0)).max(MAX_DIMENSIONS).readonly(),
      bytes: z.int().min(0),
    }),
  )
  .max(MAX_TENSORS)
  .readonly();

/** What a runner answers, as it must come. It holds code that worked on a hostile model, so none of it is believed unseen. */
export const replySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('loaded'), inputs: specs, outputs: specs }),
  z.object({
    kind: z.literal('answer'),
    id: z.int(),
    tensors,
    inputNs: z.number().min(0),
    inferNs: z.number().min(0),
    outputNs: z.number().min(0),
  }),
  z.object({ kind: z.literal('failed'), id: z.int().optional(), reason: z.enum(REASONS) }),
]);

export type Reply = z.infer<typeof replySchema>;
