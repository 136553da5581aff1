// All routes of the control API.
import { EVENT_ROUTES } from './events.js';
import { EXCHANGE_ROUTES } from './exchanges.js';
import { EXPOSURE_ROUTES } from './exposures.js';
import { PHONE_ROUTES } from './phones.js';
import type { RouteContract } from './route.js';
import { SERVER_ROUTES } from './server.js';
import { STATE_ROUTES } from './state.js';
import { TRACE_ROUTES } from './traces.js';

/** Every route, area by area. */
export const CONTROL_ROUTES: readonly RouteContract[] = [
  ...SERVER_ROUTES,
  ...PHONE_ROUTES,
  ...EXPOSURE_ROUTES,
  ...EVENT_ROUTES,
  ...TRACE_ROUTES,
  ...EXCHANGE_ROUTES,
  ...STATE_ROUTES,
];
