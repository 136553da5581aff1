// Calls on the REST API: placed, listed, sent elsewhere, ended, deleted.

import { findPhoneNumber } from '../../../platform/phone-number.js';
import { answer, answerDeleted, type RestAnswer } from '../../../server/answer.js';
import { findSpan, findValue, readQuery, readRestForm } from '../../../server/form.js';
import { formatPage, readPage } from '../../../server/paging.js';
import { ACCOUNT } from '../../../server/paths.js';
import { invalidParameter, TwilioProblem } from '../../../server/problem.js';
import {
  JSON_FILE,
  nameInPath,
  type RestApp,
  type RestContext,
  verifyRowFound,
} from '../../../server/router.js';
import type { World } from '../../../world.js';
import type { Leg } from '../../legs/leg.js';
import { placeCall } from '../../place-call.js';
import { readPlacement, readReporting, readSeconds, readSource } from './create-form.js';
import { formatCall } from './format.js';
import type { Call, CallFilter } from './store.js';

const FILTERS = [
  'To',
  'From',
  'Status',
  'ParentCallSid',
  ...['StartTime', 'EndTime'].flatMap((name) => [name, `${name}<`, `${name}>`]),
];

/** Routes of https://www.twilio.com/docs/voice/api/call-resource. */
export function addCallResourceRoutes(app: RestApp, world: World): void {
  const { calls } = world;
  const format = formatCall.bind(undefined, world.accountSid);

  async function createCall(context: RestContext): Promise<RestAnswer> {
    const placement = readPlacement(await readRestForm(context), world);
    const traceId = world.webhooks.inFlight.findTrace(placement.draft.sender) ?? world.events.newTrace();
    context.traceId = traceId;
    return answer(context.path, 201, format(placeCall(world, { ...placement, traceId })));
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
    change(world, call, form);
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
    const request = readPage(query, FILTERS);
    const rows = calls.list(request.window, readFilter(query));
    return answer(context.path, 200, formatPage(context.path, request, 'calls', rows, format));
  }

  app.get(`${ACCOUNT}/Calls.json`, listCalls);
  app.post(`${ACCOUNT}/Calls.json`, createCall);
  app.get(`${ACCOUNT}/Calls/${JSON_FILE}`, fetchCall);
  app.post(`${ACCOUNT}/Calls/${JSON_FILE}`, updateCall);
  app.delete(`${ACCOUNT}/Calls/${JSON_FILE}`, deleteCall);
}

/** Changes a call that goes on. @throws TwilioProblem 21220 when it is not that far, or over. */
function change(world: World, { sid }: Call, form: URLSearchParams): void {
  const leg = world.switchboard.find(sid);
  const status = findValue(form, 'Status');
  const limit = readSeconds(form, 'TimeLimit', 14_400);
  const reporting = readReporting(form, world);
  if (status !== undefined && status !== 'canceled' && status !== 'completed') {
    throw invalidParameter('Status', status);
  }
  if (status === undefined && ['Url', 'Twiml'].some((name) => findValue(form, name))) {
    const source = readSource(form, world);
    world.switchboard.redirect(world, verifyInProgress(leg), source);
  }
  if (reporting) leg?.report(reporting);
  if (limit !== undefined) leg?.limit(limit * 1000);
  if (status !== undefined) endCall(leg, status);
}

/** `canceled` ends only what rings, `completed` also what goes on; what is over stays as it is. */
function endCall(leg: Leg | undefined, status: 'canceled' | 'completed'): void {
  if (!leg) return;
  if (status === 'canceled' && leg.call().answeredAt !== null) {
    throw new TwilioProblem(400, 21220, 'Call is in-progress. Cannot cancel.');
  }
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
