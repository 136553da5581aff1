// Short forms for behaviours: requests, singleRequests, waiting for webhooks.
import type {
  AnswerExpectation,
  BehaviourGroup,
  RequestStep,
  Scalar,
  TwilioBehaviour,
  Values,
  WebhookStep,
} from '../behaviour.js';

type More = Omit<Partial<RequestStep>, 'kind' | 'method' | 'path' | 'expect'>;

/** A GET that is expected to be answered with 200. */
export function get(path: string, body: AnswerExpectation['body'] = {}, more: More = {}): RequestStep {
  return { kind: 'request', method: 'GET', path, expect: { status: 200, body }, ...more };
}

/** A GET that is expected to be refused. */
export function getRefused(path: string, status: number, code: number, more: More = {}): RequestStep {
  return { kind: 'request', method: 'GET', path, expect: { status, body: { code } }, ...more };
}

/** A POST that is expected to be answered with `status`, by default 201. */
export function post(
  path: string,
  form: Values,
  {
    status = 201,
    body = {},
    ...more
  }: More & { readonly status?: number; readonly body?: AnswerExpectation['body'] } = {},
): RequestStep {
  return { kind: 'request', method: 'POST', path, form, expect: { status, body }, ...more };
}

/** A POST that is expected to be refused. */
export function postRefused(
  path: string,
  form: Values,
  status: number,
  code: number,
  more: More = {},
): RequestStep {
  return post(path, form, { status, body: { code, status }, ...more });
}

/** A DELETE that is expected to be answered with 204. */
export function remove(path: string): RequestStep {
  return { kind: 'request', method: 'DELETE', path, expect: { status: 204 } };
}

/** Repeats a GET until a value is one of `values`. */
export function until(path: string, field: string, values: readonly Scalar[], more: More = {}): RequestStep {
  const [first] = values;
  return get(path, first === undefined ? {} : { [field]: first }, {
    until: { path: field, values },
    ...more,
  });
}

/** Waits until each path got that many webhooks. */
export function webhooks(count: WebhookStep['count']): WebhookStep {
  return { kind: 'webhooks', count };
}

/** A refusal: its id behind the group, its row in docs/fidelity.md, its title and its request. */
export type SingleRequest = readonly [id: string, row: string, title: string, step: RequestStep];

/**
 * Behaviours of one request each.
 *
 * @param more what all of them have besides
 */
export function singleRequests(
  group: BehaviourGroup,
  rows: readonly SingleRequest[],
  more: Partial<TwilioBehaviour> = {},
): TwilioBehaviour[] {
  return rows.map(([id, row, title, step]) => ({
    id: `${group}/${id}`,
    group,
    row,
    title,
    steps: [step],
    ...more,
  }));
}
