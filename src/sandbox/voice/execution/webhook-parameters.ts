// What every webhook about a call says of it.
import { readGeography } from '../../numbers/geography.js';
import type { Parameter } from '../../webhooks/signature.js';
import type { World } from '../../world.js';
import type { Call } from '../api/calls/store.js';

/**
 * The parameters of https://www.twilio.com/docs/voice/twiml#request-parameters.
 *
 * @param status the call's, or `initiated`, which only status callbacks know
 */
export function formatCallParameters(
  { accountSid }: Pick<World, 'accountSid'>,
  call: Call,
  status: string = call.status,
): Parameter[] {
  const { sender, recipient, parentSid } = call;
  return [
    ['AccountSid', accountSid],
    ['ApiVersion', '2010-04-01'],
    ['CallSid', call.sid],
    ['CallStatus', status],
    ...formatSide('Called', recipient),
    ...formatSide('Caller', sender),
    ['Direction', call.direction],
    ...formatSide('From', sender),
    ...(parentSid === null ? [] : ([['ParentCallSid', parentSid]] as const)),
    ...formatSide('To', recipient),
  ];
}

function formatSide(name: string, number: string): Parameter[] {
  const { city, state, zip, country } = readGeography(number);
  return [
    [name, number],
    [`${name}City`, city],
    [`${name}State`, state],
    [`${name}Zip`, zip],
    [`${name}Country`, country],
  ];
}
