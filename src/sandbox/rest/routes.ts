// The REST API's routes, resource by resource.
import { addAccountRoutes } from '../resources/accounts/routes.js';
import { addAlertRoutes } from '../resources/alerts/routes.js';
import { addApplicationRoutes } from '../resources/applications/routes.js';
import { addAvailablePhoneNumberRoutes } from '../resources/available-phone-numbers/routes.js';
import { addBalanceRoutes } from '../resources/balance/routes.js';
import { addCallRoutes } from '../resources/calls/routes.js';
import { addComplianceRoutes } from '../resources/compliance/routes.js';
import { addIncomingPhoneNumberRoutes } from '../resources/incoming-phone-numbers/routes.js';
import { addKeyRoutes } from '../resources/keys/routes.js';
import { addLookupRoutes } from '../resources/lookups/routes.js';
import { addMediaRoutes } from '../resources/media/routes.js';
import { addMessageRoutes } from '../resources/messages/routes.js';
import { addOutgoingCallerIdRoutes } from '../resources/outgoing-caller-ids/routes.js';
import { addPricingRoutes } from '../resources/pricing/routes.js';
import { addRecordingRoutes } from '../resources/recordings/routes.js';
import { addPoolRoutes } from '../resources/services/pool-routes.js';
import { addServiceRoutes } from '../resources/services/routes.js';
import type { World } from '../world.js';
import { createRestApp, type RestApp } from './router.js';

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
  addCallRoutes(routes, world);
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
