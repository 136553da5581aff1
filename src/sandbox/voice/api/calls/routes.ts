// The REST resource Calls: create, fetch, list, update, delete.
import { findPhoneNumber } from '../../../platform/phone-number.js';
import { answer, answerDeleted, type RestAnswer } from '../../../server/answer.js';
import { findSpan, findValue, readQuery, readRestForm } from '../../../server/form.js';
import { formatPage, readPage } from '../../../server/paging.js';
import { ACCOUNT } from '../../../server/paths.js';
import { invalidParameter, TwilioProblem } from '../../../server/problem.js';
import type { RequestRecord } from '../../../server/request-record.js';
import {
  JSON_FILE,
  nameInPath,
  type RestContext,
  type RestRouter,
  verifyRowFound,
} from '../../../server/router.js';
import type { Leg } from '../../legs/leg.js';
import type { Voice } from '../../voice.js';
import {
  type CallFormDeps,
  MAX_TIME_LIMIT_SECONDS,
  readCallRequest,
  readSeconds,
  readSource,
  readStatusCallback,
} from './create-form.js';
import { formatCall } from './format.js';
import { CALL_FILTERS, CREATE_CALL, LIST_CALLS, UPDATE_CALL } from './parameters.js';
import type { Call, CallFilter } from './store.js';

/** What the resource needs. */
export interface CallApiDeps extends CallFormDeps {
  readonly accountSid: string;
  readonly voice: Pick<Voice, 'calls' | 'placeCall' | 'findLeg' | 'redirect'>;
}

/** Adds the routes of https://www.twilio.com/docs/voice/api/call-resource. */
export function addCallResourceRoutes(router: RestRouter, deps: CallApiDeps): void {
  const { accountSid, voice } = deps;
  const { calls } = voice;
  const format = (call: Call) => formatCall(accountSid, call);

  async function createCall(context: RestContext): Promise<RestAnswer> {
    const request = readCallRequest(await readRestForm(context), deps);
    const trace = context.record.announce(201);
    return answer(context.path, 201, format(voice.placeCall({ ...request, trace })));
  }

  function findCall(context: RestContext): Call {
    return verifyRowFound(context, calls.find(nameInPath(context)));
  }

  function fetchCall(context: RestContext): RestAnswer {
    return answer(context.path, 200, format(findCall(context)));
  }

  async function updateCall(context: RestContext): Promise<RestAnswer> {
    const form = await readRestForm(context);
    const call = findCall(context);
    updateActiveCall(deps, context, call, form);
    return fetchCall(context);
  }

  function deleteCall(context: RestContext): RestAnswer {
    const call = findCall(context);
    if (call.endedAt === null) {
      throw new TwilioProblem(409, 20009, 'Cannot delete this resource before it is complete');
    }
    calls.remove(call);
    return answerDeleted(context.path);
  }

  function listCalls(context: RestContext): RestAnswer {
    const query = readQuery(context);
    const request = readPage(query, Object.keys(CALL_FILTERS));
    const rows = calls.list(request.window, readFilter(query));
    return answer(context.path, 200, formatPage(context.path, request, 'calls', rows, format));
  }

  router.get(`${ACCOUNT}/Calls.json`, listCalls, LIST_CALLS);
  router.post(`${ACCOUNT}/Calls.json`, createCall, CREATE_CALL);
  router.get(`${ACCOUNT}/Calls/${JSON_FILE}`, fetchCall);
  router.post(`${ACCOUNT}/Calls/${JSON_FILE}`, updateCall, UPDATE_CALL);
  router.delete(`${ACCOUNT}/Calls/${JSON_FILE}`, deleteCall);
}

/**
 * Redirects, limits or ends a call, as the update form says.
 *
 * @throws TwilioProblem 21220 for a redirect of a call that is not in progress, and for `canceled` after the answer.
 */
function updateActiveCall(
  deps: CallApiDeps,
  { record }: RestContext,
  { sid }: Call,
  form: URLSearchParams,
): void {
  const { voice } = deps;
  const leg = voice.findLeg(sid);
  const status = findValue(form, 'Status');
  const timeLimit = readSeconds(form, 'TimeLimit', MAX_TIME_LIMIT_SECONDS);
  const statusCallback = readStatusCallback(form, deps);
  if (status !== undefined && status !== 'canceled' && status !== 'completed') {
    throw invalidParameter('Status', status);
  }
  if (status === undefined && ['Url', 'Twiml'].some((name) => findValue(form, name))) {
    const source = readSource(form, deps);
    voice.redirect(verifyInProgress(leg), source, record.announce(200));
  }
  if (statusCallback) leg?.setStatusCallback(statusCallback);
  if (timeLimit !== undefined) leg?.limit(timeLimit * 1000);
  if (status !== undefined) endCall(record, leg, status);
}

/** `canceled` ends a call that nobody has answered, `completed` any call. Does nothing if the call has ended. */
function endCall(record: RequestRecord, leg: Leg | undefined, status: 'canceled' | 'completed'): void {
  if (!leg) return;
  if (status === 'canceled' && leg.call().answeredAt !== null) {
    throw new TwilioProblem(400, 21220, 'Call is in-progress. Cannot cancel.');
  }
  leg.causedBy(record.announce(200));
  leg.hangUp('canceled');
}

function verifyInProgress(leg: Leg | undefined): Leg {
  if (leg?.call().status === 'in-progress') return leg;
  throw new TwilioProblem(400, 21220, 'Call is not in-progress. Cannot redirect.');
}

function readFilter(query: URLSearchParams): CallFilter {
  const [started, ended] = [findSpan(query, 'StartTime'), findSpan(query, 'EndTime')];
  const number = (name: string) => {
    const text = findValue(query, name);
    return text && (findPhoneNumber(text)?.number ?? text);
  };
  return {
    recipient: number('To'),
    sender: number('From'),
    status: findValue(query, 'Status'),
    parentSid: findValue(query, 'ParentCallSid'),
    startedFrom: started.from,
    startedBefore: started.before,
    endedFrom: ended.from,
    endedBefore: ended.before,
  };
}
