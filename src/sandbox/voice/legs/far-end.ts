// Finds who is at the far end of a call that the account places: a phone, or a number of its own.

import { createPhoneInCall } from '../../phones/calls/phone-in-call.js';
import type { World } from '../../world.js';
import type { CallDraft } from '../api/calls/store.js';
import { receiveCall } from '../receive-call.js';
import type { RemoteLine, RemoteParty } from './remote-party.js';

/** Whoever has the number that is called. */
export function createFarEnd(world: World, { sender, recipient }: CallDraft): RemoteParty {
  if (world.numbers.owned().has(recipient)) return createLoop(world, sender, recipient);
  return createPhoneInCall(world, { phone: recipient, direction: 'incoming', shown: sender }).party;
}

/** A number of the account is at the far end: to it, this is one more call that comes in. */
function createLoop(world: World, from: string, to: string): RemoteParty {
  let outside: RemoteLine | undefined;
  let inside: RemoteLine | undefined;
  const insider: RemoteParty = {
    join: (line) => {
      inside = line;
    },
    ring: () => undefined,
    answered: () => outside?.answer(),
    hear: (sound) => outside?.utter(sound),
    ended: (status) => {
      if (status === 'completed') outside?.hangUp();
      else outside?.decline(status === 'busy' || status === 'failed' ? status : 'no-answer', 480);
    },
  };
  return {
    join: (line) => {
      outside = line;
    },
    ring: () => {
      outside?.ringing();
      receiveCall(world, { from, to }, insider, outside?.thread());
    },
    answered: () => undefined,
    hear: (sound) => inside?.utter(sound),
    ended: () => inside?.hangUp(),
  };
}
