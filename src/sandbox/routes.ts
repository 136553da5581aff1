// The REST API's routes, resource by resource.
import { addAccountRoutes } from './accounts/account/routes.js';
import { addAlertRoutes } from './accounts/alerts/routes.js';
import { addApplicationRoutes } from './accounts/applications/routes.js';
import { addBalanceRoutes } from './accounts/balance/routes.js';
import { addComplianceRoutes } from './accounts/compliance/routes.js';
import { addKeyRoutes } from './accounts/keys/routes.js';
import { addMessageRoutes } from './messaging/api/routes.js';
import { addMediaRoutes } from './messaging/media/routes.js';
import { addPoolRoutes } from './messaging/services/pool-routes.js';
import { addServiceRoutes } from './messaging/services/routes.js';
import { addAvailablePhoneNumberRoutes } from './numbers/available-phone-numbers/routes.js';
import { addIncomingPhoneNumberRoutes } from './numbers/incoming-phone-numbers/routes.js';
import { addLookupRoutes } from './numbers/lookups/routes.js';
import { addOutgoingCallerIdRoutes } from './numbers/outgoing-caller-ids/routes.js';
import { addPricingRoutes } from './numbers/pricing/routes.js';
import { createRestApp, type RestApp } from './server/router.js';
import { addCallResourceRoutes } from './voice/api/calls/routes.js';
import { addRecordingRoutes } from './voice/api/recordings/routes.js';
import type { World } from './world.js';

/** Everything the sandbox answers as Twilio; who may ask, and what goes wrong on the way, is `app.ts`. */
export function createRoutes(world: World): RestApp {
  const routes = createRestApp();
  addMessageRoutes(routes, world);
  addAccountRoutes(routes, world);
  addBalanceRoutes(routes, world);
  addAvailablePhoneNumberRoutes(routes, world);
  addIncomingPhoneNumberRoutes(routes, world);
  addApplicationRoutes(routes, world);
  addOutgoingCallerIdRoutes(routes, world);
  addMediaRoutes(routes, world);
  addCallResourceRoutes(routes, world);
  addRecordingRoutes(routes, world);
  addKeyRoutes(routes, world);
  // Before lookups: `Countries` is no number to look up.
  addPricingRoutes(routes);
  addLookupRoutes(routes, world);
  addAlertRoutes(routes, world);
  addServiceRoutes(routes, world);
  addPoolRoutes(routes, world);
  addComplianceRoutes(routes, world);
  return routes;
}
