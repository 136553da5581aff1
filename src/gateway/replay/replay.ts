// Replays a recorded request: sends it to the app as the gateway would forward it.

import { type Edits, editRequest, type ReplayRequest } from '../../exchanges/edit.js';
import type { Exchange, ExchangeFinding, NewExchange } from '../../exchanges/exchange.js';
import { findHeader, formatHeaderPairs } from '../../exchanges/headers.js';
import {
  isForm,
  readIdentifiers,
  readParameters,
  readWebhookParameters,
} from '../../exchanges/parameters.js';
import { createUpstream, describeFailure, isTooSlow } from '../../http/upstream.js';
import { createBodyDigest, createSignature } from '../../twilio/signature.js';
import { createAnswerInspector } from '../forwarding/answer-inspector.js';
import { buildRequestHeaders, webhookHeader } from '../headers.js';
import type { SigningKeys } from '../signature/signed-request.js';
import { matchSignature, verifyExchangeSignature } from '../signature/verify-signature.js';

/** The changes to a recorded request, and the token that signs it. */
export interface GatewayEdits extends Omit<Edits, 'sign'> {
  /** Undefined for no signature. */
  readonly authToken: string | undefined;
}

interface ReplayOptions {
  /** The app's origin. */
  readonly app: string;
  /** The token that the app knows; the verdict is made with it. */
  readonly authToken: string | undefined;
  /** How long the app may take to the headers of its answer. */
  readonly timeoutMs: number;
  readonly now: () => number;
}

interface ReplayAnswer {
  readonly status: number | null;
  readonly head: string;
  readonly body: Buffer;
  readonly isCut: boolean;
  readonly error: string | null;
}

/** How much of an answer's body is kept. */
const MAX_ANSWER_BYTES = 256 * 1024;

/** Replays an exchange and waits for the complete answer. @returns the new exchange, which is not recorded yet */
export async function replayExchange(
  exchange: Exchange,
  edits: GatewayEdits,
  options: ReplayOptions,
): Promise<NewExchange> {
  const [at, start] = [options.now(), performance.now()];
  const { authToken } = edits;
  const replayed = editRequest(exchange, {
    ...edits,
    sign:
      authToken === undefined ? undefined : (url, parameters) => createSignature(authToken, url, parameters),
  });
  const headers = buildRequestHeaders(replayed.headers, new URL(edits.publicBase), webhookHeader);
  const answered = await send({ ...replayed, headers }, options);
  const form = isForm(findHeader(headers, 'content-type')) ? readParameters(replayed.body.toString()) : {};
  const sent: NewExchange = {
    summary: {
      ...withoutFindings(exchange.summary),
      ...readIdentifiers(readWebhookParameters(replayed.target, form)),
      id: 0,
      attempt: 1,
      at,
      duration: performance.now() - start,
      target: replayed.target,
      status: answered.status,
      error: answered.error,
      refusal: null,
      verdict: verifyReplay(replayed, edits, options, form),
      remote: 'replay',
      app: options.app,
      publicBase: edits.publicBase,
      replayOf: exchange.summary.id,
    },
    subject: null,
    requestHead: formatHeaderPairs(replayed.headers),
    requestBody: replayed.body,
    isRequestCut: false,
    answerHead: answered.head,
    answerBody: answered.body,
    isAnswerCut: answered.isCut,
  };
  const findings = await inspect(sent);
  if (findings.length > 0) sent.summary.findings = findings;
  return sent;
}

function withoutFindings({ findings: _, ...summary }: Exchange['summary']): Exchange['summary'] {
  return summary;
}

async function inspect(sent: NewExchange): Promise<readonly ExchangeFinding[]> {
  const { app, publicBase } = sent.summary;
  const inspector = createAnswerInspector({ app, publicBase: () => publicBase });
  const { findings, later } = inspector.inspect(sent, true);
  return (await later) ?? findings;
}

function verifyReplay(
  { target, headers, body }: ReplayRequest,
  { publicBase, authToken }: GatewayEdits,
  options: ReplayOptions,
  parameters: ReturnType<typeof readParameters>,
) {
  const signing: SigningKeys = {
    authToken: options.authToken ?? authToken ?? '',
    otherTokens: [],
    publicBase,
    app: options.app,
  };
  const isOfForm = isForm(findHeader(headers, 'content-type'));
  const digest = isOfForm || body.length === 0 ? undefined : createBodyDigest(body.toString());
  const signature = findHeader(headers, 'x-twilio-signature');
  const request = { target, isSocket: false, headers, parameters, digest, signature, body };
  return verifyExchangeSignature(request, signing, matchSignature(request, signing)).verdict;
}

function send(
  { method, target, headers, body }: ReplayRequest,
  options: ReplayOptions,
): Promise<ReplayAnswer> {
  const upstream = createUpstream(options.app, { timeoutMs: options.timeoutMs, connections: 1 });
  const chunks: Buffer[] = [];
  let [status, head, length] = [null as number | null, '', 0];
  return new Promise<ReplayAnswer>((resolve) => {
    const end = (error: string | null) => {
      const isCut = length > MAX_ANSWER_BYTES;
      resolve({ status, head, body: Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES), isCut, error });
    };
    upstream.send(
      { method, target, headers, body: body.length > 0 ? body : null },
      {
        onStart: () => undefined,
        onHead: (code, _text, answered) => {
          status = code;
          head = formatHeaderPairs(answered);
        },
        onChunk: (chunk) => {
          if (length < MAX_ANSWER_BYTES) chunks.push(chunk);
          length += chunk.length;
          return true;
        },
        onEnd: () => end(null),
        onFailure: (error) =>
          end(
            isTooSlow(error) ? `did not answer within ${options.timeoutMs / 1000} s` : describeFailure(error),
          ),
      },
    );
  }).finally(() => upstream.close());
}
