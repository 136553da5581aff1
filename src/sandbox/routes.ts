// The resources of the REST API, by product. To add one, create its folder and add one line here.
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
import { createRestRoutes, PRODUCTS, type Product, type RestRoutes } from './server/rest-routes.js';
import type { RestRouter } from './server/router.js';
import { addCallResourceRoutes } from './voice/api/calls/routes.js';
import { addRecordingRoutes } from './voice/api/recordings/routes.js';

/** The resources of each product. */
const RESOURCES = {
  api: [
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
  ],
  pricing: [addPricingRoutes],
  lookups: [addLookupRoutes],
  monitor: [addAlertRoutes],
  messaging: [addServiceRoutes, addSenderPoolRoutes, addComplianceRoutes],
} as const;

/** The dependencies of all resources; each takes only its own. */
type ResourceDeps = (typeof RESOURCES)[Product][number] extends (router: RestRouter, deps: infer Deps) => void
  ? Deps
  : never;

/** Creates the routes of all resources. */
export function createRoutes(deps: ResourceDeps): RestRoutes {
  const routes = createRestRoutes();
  for (const product of PRODUCTS)
    for (const addRoutes of RESOURCES[product]) addRoutes(routes.of[product], deps);
  return routes;
}
