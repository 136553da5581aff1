// Makes chosen requests fail, to see what an app makes of it.
import { type FaultRule, verifyRule } from './fault-rule.js';

export type { FaultRule } from './fault-rule.js';

/** A rule in force. */
export interface Fault {
  readonly id: string;
  readonly rule: FaultRule;
  /** How many requests it has failed. */
  readonly hits: number;
  /** Resolves once it has failed one: with `before` when that was withheld, with `after` when it was carried out. */
  readonly reached: Promise<void>;
  remove(): void;
}

/** All rules in force. */
export interface FaultStore {
  /** @throws RelayPhoneError `usage` when the rule makes no sense. */
  add(rule: FaultRule): Fault;
  list(): readonly Fault[];
  clear(): void;
  /** The fault this request meets; it is one of the `times` from then on. */
  meet(method: string, target: string): MetFault | undefined;
}

/** A fault that a request has met. */
export interface MetFault {
  readonly rule: FaultRule;
  /** Says that the request was withheld or carried out, as the rule has it: that is the hit. */
  reached(): void;
}

interface Entry extends MetFault {
  readonly fault: Fault;
  applies(method: string, target: string): boolean;
}

/** Starts without faults. */
export function createFaultStore(): FaultStore {
  let entries: readonly Entry[] = [];
  let added = 0;
  return {
    add: (rule) => {
      added += 1;
      const entry = createEntry(String(added), verifyRule(rule), () => {
        entries = entries.filter((other) => other !== entry);
      });
      entries = [entry, ...entries];
      return entry.fault;
    },
    list: () => entries.map((entry) => entry.fault),
    clear: () => {
      entries = [];
    },
    meet: (method, target) => entries.find((entry) => entry.applies(method, target)),
  };
}

function createEntry(id: string, rule: FaultRule, remove: () => void): Entry {
  const pattern = new RegExp(rule.path ?? '');
  const method = rule.method?.toUpperCase();
  let seen = 0;
  let met = 0;
  let hits = 0;
  let resolveReached = () => {};
  const whenReached = new Promise<void>((resolve) => {
    resolveReached = resolve;
  });
  const fault = {
    id,
    rule,
    remove,
    reached: whenReached,
    get hits() {
      return hits;
    },
  };
  function applies(requestMethod: string, target: string): boolean {
    if ((method && method !== requestMethod) || !pattern.test(target)) return false;
    seen += 1;
    const isHit = seen > (rule.skip ?? 0) && met < (rule.times ?? Number.POSITIVE_INFINITY);
    if (isHit) met += 1;
    return isHit;
  }
  function reached(): void {
    hits += 1;
    resolveReached();
  }
  return { rule, fault, applies, reached };
}
