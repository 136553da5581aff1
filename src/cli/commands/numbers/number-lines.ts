// Describes a number of the account in lines for people.
import { formatMonthlyPrice } from '../../../setup/price.js';
import type { NumberReport } from '../../../setup/report.js';

/** Returns what a number is for: "main number", "mask of +1…0190". */
export function describeUse({ use, maskOf, ours }: NumberReport): string {
  const owner = maskOf === null ? '' : ` of ${maskOf}`;
  if (use === 'main') return maskOf === null ? 'main number' : `main number, and mask${owner}`;
  if (use === 'mask' && !ours) return 'mask that the app bought';
  if (use === 'mask') return `mask${owner}`;
  return ours ? 'bought or attached by relay-phone, and not in use' : 'not ours';
}

/** Returns the number, its use and its price, as one line. */
export function describeNumber(number: NumberReport): string {
  return `${number.phoneNumber}  ${describeUse(number)}${formatMonthlyPrice(number.monthly ?? undefined) || ' (price unknown)'}`;
}

/** Returns where its texts and calls go, and for which Messaging Service it sends. */
export function describeConnections({ texts, calls, trunk, service }: NumberReport): string[] {
  const [text, call] = [
    describeRoute(texts),
    trunk === null ? describeRoute(calls) : `the SIP trunk ${trunk}`,
  ];
  const routes = text === call ? [`texts and calls: ${text}`] : [`texts: ${text}`, `calls: ${call}`];
  return service
    ? [...routes, `sender of the Messaging Service "${service.friendlyName}" (${service.sid})`]
    : routes;
}

function describeRoute({ app, url }: NumberReport['texts']): string {
  if (!app) return url ?? 'nowhere';
  const name = app.friendlyName === null ? `${app.sid}, which does not exist` : `"${app.friendlyName}"`;
  return `TwiML app ${name}${url === null ? '' : ` (${url})`}`;
}
