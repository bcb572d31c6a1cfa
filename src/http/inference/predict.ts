import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { VersionRef } from '../../api/index.ts';
import { utf8Bytes } from '../../bytes/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import {
  AnswerCsv,
  csvRecords,
  ndjsonRows,
  type PredictedRows,
  RowPredictor,
  type RowsQuestion,
  readQuestion,
} from '../../predictions/index.ts';
import { toProblem } from '../problem.ts';
import { apiOf } from '../route-request.ts';
import { streamedBody, wholeBody } from './bodies.ts';
import type { InferenceDeps } from './inference-deps.ts';
import { packedBody } from './send.ts';
import { addressedModel } from './served-ref.ts';

const JSON_TYPE = 'application/json';
const CSV_TYPE = 'text/csv';
const LINES_TYPE = 'application/x-ndjson';
const ANSWER_TYPES = [JSON_TYPE, CSV_TYPE, LINES_TYPE] as const;

type AnswerType = (typeof ANSWER_TYPES)[number];

/** Asks a model with rows of features: JSON in one piece, CSV and lines of JSON as they arrive. */
export async function predict(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: InferenceDeps,
): Promise<unknown> {
  const { ref, name } = addressedModel(request);
  const { type, parameters } = contentTypeOf(request);
  if (type === JSON_TYPE) {
    const question = readQuestion(await wholeBody(request, deps.limits));
    const asked = askedVersion(ref, question);
    const answered = await (await predictorOf(request, deps, asked)).predict(question.rows);
    return await writeAnswer(request, reply, { model: ref.model, name, question, answered });
  }
  if (type !== CSV_TYPE && type !== LINES_TYPE) {
    throw new StrongroomError('MEDIA_TYPE_UNSUPPORTED', `expected ${ANSWER_TYPES.join(', ')}`);
  }
  const bytes = streamedBody(request, deps.limits);
  const predictor = await predictorOf(request, deps, ref);
  const answers =
    type === CSV_TYPE
      ? predictor.predictCsv(csvRecords(bytes), !parameters.includes('header=absent'))
      : predictor.predictStream(ndjsonRows(bytes));
  return await sendStream(request, reply, { answers, type: answerType(request, type) });
}

/** A predictor for the version that is meant now: all rows of a request are made for it, and answered by it. */
async function predictorOf(
  request: FastifyRequest,
  deps: InferenceDeps,
  ref: VersionRef,
): Promise<RowPredictor> {
  const { predictions } = apiOf(request, deps);
  const served = await predictions.metadata(ref);
  return new RowPredictor({
    served,
    ask: (inputs) => predictions.infer({ ...ref, decidedVersion: served.version, inputs }),
  });
}

/** Address and body may both name a version; then it is the same. */
function askedVersion(ref: VersionRef, { version }: RowsQuestion): VersionRef {
  if (version === undefined) return ref;
  if (ref.alias === undefined && (ref.version ?? version) === version) return { model: ref.model, version };
  throw new StrongroomError('REQUEST_MALFORMED', 'the address and the body mean different versions', {
    hint: 'name the version in one place only',
  });
}

interface Answered {
  readonly model: string;
  readonly name: string;
  readonly question: RowsQuestion;
  readonly answered: PredictedRows;
}

async function writeAnswer(
  request: FastifyRequest,
  reply: FastifyReply,
  { model, question, answered }: Answered,
): Promise<string | Buffer> {
  const { version, predictions } = answered;
  const type = answerType(request, JSON_TYPE);
  void reply.type(`${type}; charset=utf-8`).header('strongroom-version', String(version));
  if (type !== JSON_TYPE) return await packedBody(request, reply, writerOf(type)(answered));
  const document = question.isOne ? { model, version, ...predictions[0] } : { model, version, predictions };
  return await packedBody(request, reply, JSON.stringify(document));
}

/**
 * Sends answers as they come about. What fails before the first is answered as an error; after it, lines of JSON end
 * with a problem, and CSV, which has no words for it, is cut.
 */
async function sendStream(
  request: FastifyRequest,
  reply: FastifyReply,
  { answers, type }: { readonly answers: AsyncGenerator<PredictedRows>; readonly type: AnswerType },
): Promise<FastifyReply> {
  const first = await answers.next();
  if (first.done === true) throw new StrongroomError('FEATURE_INVALID', 'there are no rows');
  void reply.type(`${type === JSON_TYPE ? LINES_TYPE : type}; charset=utf-8`);
  void reply.header('strongroom-version', String(first.value.version));
  const pieces = textOf(first.value, answers, {
    write: writerOf(type),
    failure: (error) =>
      type === CSV_TYPE ? undefined : `${JSON.stringify({ problem: toProblem(error, request.id) })}\n`,
  });
  return reply.send(Readable.from(pieces, { objectMode: false }));
}

interface AnswerWriter {
  readonly write: (answer: PredictedRows) => string;
  /** What to say of a failure; `undefined`: nothing can be said. */
  readonly failure: (error: unknown) => string | undefined;
}

async function* textOf(
  first: PredictedRows,
  rest: AsyncGenerator<PredictedRows>,
  { write, failure }: AnswerWriter,
): AsyncGenerator<Uint8Array> {
  yield utf8Bytes(write(first));
  try {
    for await (const answer of rest) yield utf8Bytes(write(answer));
  } catch (error) {
    const words = failure(error);
    if (words === undefined) throw error;
    yield utf8Bytes(words);
  }
}

function writerOf(type: AnswerType): (answer: PredictedRows) => string {
  if (type !== CSV_TYPE)
    return ({ predictions }) => predictions.map((prediction) => `${JSON.stringify(prediction)}\n`).join('');
  const csv = new AnswerCsv();
  return ({ predictions }) => csv.write(predictions);
}

/** What the client wants to have; where it does not care, the same as it sends. */
function answerType(request: FastifyRequest, own: AnswerType): AnswerType {
  const wanted = (request.headers.accept ?? '').toLowerCase().split(',');
  for (const part of wanted) {
    const type = part.split(';', 1)[0]?.trim();
    const known = ANSWER_TYPES.find((each) => each === type);
    if (known !== undefined) return known;
  }
  return own;
}

function contentTypeOf(request: FastifyRequest): {
  readonly type: string;
  readonly parameters: readonly string[];
} {
  const [type = '', ...parameters] = (request.headers['content-type'] ?? JSON_TYPE)
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  return {
    type: type === 'application/jsonl' || type === 'application/ndjson' ? LINES_TYPE : type,
    parameters,
  };
}
