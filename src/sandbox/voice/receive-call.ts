// Takes calls to numbers of the account: files them, and asks the app what to do.

import type { OwnedNumber } from '../numbers/incoming-phone-numbers/store.js';
import type { TraceContext } from '../platform/events/stream.js';
import { findDestination } from '../webhooks/settings.js';
import type { Destination } from '../webhooks/webhook.js';
import type { World } from '../world.js';
import { STEP_MS } from './execution/wait.js';
import { createLeg } from './legs/create-leg.js';
import type { RemoteParty } from './legs/remote-party.js';

/** What the app is told of a call: by whom, and where. */
interface Route {
  readonly voice: Destination | undefined;
  readonly fallback: Destination | undefined;
  readonly status: Destination | undefined;
}

/**
 * Takes a call; `from` and `to` in E.164, `to` a number of the account. Without a URL to ask, or after more calls of
 * one cause than make sense, it fails. See https://www.twilio.com/docs/voice/twiml#twilios-voice-requests.
 */
export function receiveCall(
  world: World,
  { from, to }: { readonly from: string; readonly to: string },
  party: RemoteParty,
  thread: TraceContext = { traceId: world.events.newTrace(), cause: null },
): void {
  const number = world.numbers.findByNumber(to);
  const route = number && findRoute(number, world);
  const leg = createLeg({
    world,
    draft: {
      sender: from,
      recipient: to,
      direction: 'inbound',
      parentSid: null,
      numberSid: number?.sid ?? null,
    },
    party,
    thread,
    reporting: route?.status && { ...route.status, events: ['completed'] },
  });
  const isFlooded = world.switchboard.isFlooded(thread.traceId);
  world.switchboard.add(leg);
  if (!route?.voice || isFlooded) world.clock.after(STEP_MS, () => leg.hangUp('failed'));
  else world.switchboard.conduct(world, leg, { ...route.voice, fallback: route.fallback });
}

/** A number's TwiML app takes the place of all its own voice settings. */
function findRoute({ settings }: OwnedNumber, { applications }: World): Route {
  const { voiceApplicationSid: sid } = settings;
  const own = (sid === undefined ? undefined : applications.find(String(sid))?.settings) ?? settings;
  return {
    voice: findDestination(own, 'voiceUrl', 'voiceMethod'),
    fallback: findDestination(own, 'voiceFallbackUrl', 'voiceFallbackMethod'),
    status: findDestination(own, 'statusCallback', 'statusCallbackMethod'),
  };
}
