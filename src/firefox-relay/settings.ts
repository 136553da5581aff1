// Looks at the settings of a checkout before any of its code is run: whether they are those of local development.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { RelayPhoneError } from '../errors.js';
import { isTrue, readEnvFile, readWithDecouple } from '../settings/env-file/read.js';
import { type FindSetting, listDeploymentFaults } from './deployment.js';
import { type CheckoutFault, ELSEWHERE } from './fault.js';
import type { Checkout } from './find.js';

/** The process environment, which wins over `.env`. */
export type CheckoutEnvironment = Readonly<Record<string, string | undefined>>;

/** What Relay's reader takes for its settings before `.env`. */
const OTHERS = ['settings.ini', join('privaterelay', '.env'), join('privaterelay', 'settings.ini')];

/** What is wrong with the settings, most dangerous first; no value of a setting is told. */
export function listSettingFaults(checkout: Checkout, environment: CheckoutEnvironment): CheckoutFault[] {
  const other = OTHERS.find((name) => existsSync(join(checkout.path, name)));
  if (other !== undefined) return [otherFile(other)];
  try {
    const values = readValues(join(checkout.path, '.env'));
    if (!values) return [noFile(checkout)];
    const find = finder(values, environment);
    const usual = readValues(join(checkout.path, '.env-dist')) ?? new Map();
    return [...listDeploymentFaults(find, usual), ...listGaps(find)];
  } catch (error) {
    if (!(error instanceof RelayPhoneError)) throw error;
    return [{ need: 'env-file', reason: `${error.task}: ${error.reason}`, tryNext: error.tryNext }];
  }
}

function readValues(path: string): ReadonlyMap<string, string> | undefined {
  const file = readEnvFile(path);
  return file && readWithDecouple(file.bytes);
}

/** As python-decouple does it: a variable that is set and empty wins too. */
function finder(values: ReadonlyMap<string, string>, environment: CheckoutEnvironment): FindSetting {
  return (key) => {
    const stronger = environment[key];
    return stronger === undefined
      ? { key, value: values.get(key) ?? '', place: '.env' }
      : { key, value: stronger, place: 'the environment' };
  };
}

function listGaps(find: FindSetting): CheckoutFault[] {
  const faults: CheckoutFault[] = [];
  const phones = find('PHONES_ENABLED');
  if (find('SECRET_KEY').value === '') faults.push(gap('SECRET_KEY is not set, and Django needs one'));
  if (!isTrue(phones.value)) faults.push(gap(`PHONES_ENABLED is off in ${phones.place}`));
  return faults;
}

function gap(reason: string): CheckoutFault {
  return { need: 'settings', reason, tryNext: ['relay-phone init, which sets it in .env'] };
}

function noFile({ path }: Checkout): CheckoutFault {
  return {
    need: 'env-file',
    reason: `there is no .env in ${path}`,
    tryNext: [
      'relay-phone init, which makes it from .env-dist',
      'relay-phone init --sandbox, without a Twilio account',
    ],
  };
}

function otherFile(name: string): CheckoutFault {
  return {
    need: 'env-file',
    reason: `Relay takes its settings from ${name} and not from .env`,
    tryNext: [`move ${name} away, then relay-phone init`, ELSEWHERE],
  };
}
