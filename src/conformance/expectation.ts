// Compares what was recorded of a behaviour with what Twilio documents.
import type { TwilioBehaviour } from './behaviour.js';
import type { Difference } from './compare.js';
import { findAtPath } from './json-path.js';
import type { Recording } from './recording.js';

/** Returns what differs from the documentation; `live` in a difference is what that promises. */
export function compareWithExpectation(behaviour: TwilioBehaviour, recording: Recording): Difference[] {
  return [...compareAnswers(behaviour, recording), ...compareEvents(behaviour, recording)];
}

function compareAnswers({ steps }: TwilioBehaviour, { requests }: Recording): Difference[] {
  const expected = steps.flatMap((step) => (step.kind === 'request' ? [step] : []));
  return expected.flatMap(({ expect }, index) => {
    const answered = requests[index];
    if (!answered) return [];
    const where = answered.request;
    const rows = Object.entries(expect.body ?? {}).map(
      ([path, value]) => [`body ${path}`, findAtPath(answered.body, path), value] as const,
    );
    return [['status', answered.status, expect.status] as const, ...rows].flatMap(([field, seen, wanted]) => {
      if (seen === wanted) return [];
      const kind = seen === undefined ? ('missing' as const) : ('value' as const);
      return [
        { where, field, kind, sandbox: seen === undefined ? null : String(seen), live: String(wanted) },
      ];
    });
  });
}

function compareEvents({ webhooks = [], order = [] }: TwilioBehaviour, recording: Recording): Difference[] {
  const missing = Object.entries(recording.missing).map(([path, count]) => ({
    where: `webhook ${path}`,
    field: 'count',
    kind: 'count' as const,
    sandbox: `${count} missing`,
    live: null,
  }));
  const unsigned = recording.webhooks.flatMap(({ path, signature }) =>
    signature === 'valid'
      ? []
      : [
          {
            where: `webhook ${path}`,
            field: 'signature',
            kind: 'value' as const,
            sandbox: signature,
            live: 'valid',
          },
        ],
  );
  const parameters = webhooks.flatMap(({ path, index, parameters: expected }) => {
    const seen = recording.webhooks.filter((one) => one.path === path)[index];
    if (!seen) return [];
    return Object.entries(expected).flatMap(([name, wanted]) => {
      const value = seen.parameters[name];
      if (value === wanted) return [];
      const kind = value === undefined ? ('missing' as const) : ('value' as const);
      const sandbox = value === undefined ? null : String(value);
      return [{ where: `webhook ${path}`, field: `parameter ${name}`, kind, sandbox, live: wanted }];
    });
  });
  const reversed = order.flatMap(([earlier, later]) => {
    const pair = `${earlier} before ${later}`;
    return recording.order[pair] === false
      ? [{ where: 'events', field: pair, kind: 'order' as const, sandbox: 'false', live: 'true' }]
      : [];
  });
  return [...missing, ...unsigned, ...parameters, ...reversed];
}
