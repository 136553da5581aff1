// The resources of the REST API. To add one, create its folder and add one line here.
import { addAccountRoutes } from './accounts/account/routes.js';
import { addAlertRoutes } from './accounts/alerts/routes.js';
import { addApplicationRoutes } from './accounts/applications/routes.js';
import { addComplianceRoutes } from './accounts/compliance/routes.js';
import { addKeyRoutes } from './accounts/keys/routes.js';
import { addMediaRoutes } from './messaging/api/media/routes.js';
import { addMessageRoutes } from './messaging/api/messages/routes.js';
import { addSenderPoolRoutes } from './messaging/api/sender-pool/routes.js';
import { addServiceRoutes } from './messaging/api/services/routes.js';
import { addAvailablePhoneNumberRoutes } from './numbers/available-phone-numbers/routes.js';
import { addIncomingPhoneNumberRoutes } from './numbers/incoming-phone-numbers/routes.js';
import { addLookupRoutes } from './numbers/lookups/routes.js';
import { addOutgoingCallerIdRoutes } from './numbers/outgoing-caller-ids/routes.js';
import { addPricingRoutes } from './numbers/pricing/routes.js';
import { createRestRouter, type RestRouter } from './server/router.js';
import { addCallResourceRoutes } from './voice/api/calls/routes.js';
import { addRecordingRoutes } from './voice/api/recordings/routes.js';

/** In the order of matching: pricing comes before lookups, which would take `Countries` for a number. */
const RESOURCES = [
  addMessageRoutes,
  addAccountRoutes,
  addAvailablePhoneNumberRoutes,
  addIncomingPhoneNumberRoutes,
  addApplicationRoutes,
  addOutgoingCallerIdRoutes,
  addMediaRoutes,
  addCallResourceRoutes,
  addRecordingRoutes,
  addKeyRoutes,
  addPricingRoutes,
  addLookupRoutes,
  addAlertRoutes,
  addServiceRoutes,
  addSenderPoolRoutes,
  addComplianceRoutes,
] as const;

/** The dependencies of all resources; each takes only its own. */
type ResourceDeps = (typeof RESOURCES)[number] extends (router: RestRouter, deps: infer Deps) => void
  ? Deps
  : never;

/** Creates the routes of all resources. */
export function createRoutes(deps: ResourceDeps): RestRouter {
  const routes = createRestRouter();
  for (const addRoutes of RESOURCES) addRoutes(routes, deps);
  return routes;
}
