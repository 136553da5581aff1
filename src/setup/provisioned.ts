// Finds out with two requests whether an account has all that a program needs, which it mostly has.
import { explaining } from '../twilio/failure.js';
import { findOwned, listBoughtMainNumbers } from './purchase.js';
import type { Setup } from './setup.js';
import { findPublicBase } from './steps/public-base.js';
import { appNameFor, fieldsOf, findApp, findNamedApp } from './webhooks.js';

/**
 * Whether the main number and the TwiML app of the public base are there. Then the facts say so; else nothing is known,
 * and the steps of the setup have to be gone through.
 */
export async function isProvisioned(setup: Setup): Promise<boolean> {
  const bought = listBoughtMainNumbers(setup);
  const phoneNumber = setup.settings.mainNumber ?? bought[0];
  const publicBase = findPublicBase(setup);
  if (phoneNumber === undefined || publicBase === undefined) return false;
  const { applicationSid } = setup.settings;
  const [number, app] = await Promise.all([
    explaining('look for the main number', findOwned(setup, phoneNumber)),
    applicationSid ? findApp(setup, applicationSid) : findNamedApp(setup, appNameFor(publicBase)),
  ]);
  if (!number || !app) return false;
  const { sid, friendlyName } = app;
  setup.facts.publicBase = publicBase;
  setup.facts.mainNumber = {
    phoneNumber,
    sid: number.sid,
    bought: bought.includes(phoneNumber),
    monthly: undefined,
  };
  setup.facts.app = { sid, friendlyName, fields: fieldsOf(app) };
  return true;
}
