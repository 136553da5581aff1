// Requests of the page to its server, which passes them on to the control API.

/** The header with the position of the newest event, `EPOCH-N`. */
const POSITION_HEADER = 'Relay-Phone-Last-Event';

/** Why a request was refused, in the words of the control API. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** What to do about it, most promising first. */
  readonly tryNext: readonly string[];

  constructor(status: number, reason: string, tryNext: readonly string[]) {
    super(reason);
    this.status = status;
    this.tryNext = tryNext;
  }
}

/** Sends requests with the token of the page. */
export interface Api {
  get<Answer>(path: string): Promise<Answer>;
  /** Also returns in which epoch of the sandbox it was asked: another one began with another run. */
  getOfEpoch<Answer>(path: string): Promise<{ readonly answer: Answer; readonly epoch: string }>;
  /** @throws ApiError if it is refused, or nothing answers */
  send<Answer>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: object): Promise<Answer>;
  /** Returns a file that came with a text. */
  file(path: string): Promise<Blob>;
}

/** Options of {@link createApi}. */
export interface ApiOptions {
  /** The command that serves the page. */
  readonly restart?: string;
  /** Returns further headers of each request. */
  readonly moreHeaders?: () => Readonly<Record<string, string>> | undefined;
}

/**
 * Creates the API.
 *
 * @param token of the session
 */
export function createApi(
  token: string,
  { restart = 'relay-phone sandbox', moreHeaders = () => undefined }: ApiOptions = {},
): Api {
  async function request(method: string, path: string, body?: object): Promise<Response> {
    let answer: Response;
    try {
      answer = await fetch(`/api${path}`, {
        method,
        headers: {
          Authorization: `Bearer ${token}`,
          ...(body && { 'Content-Type': 'application/json' }),
          ...moreHeaders(),
        },
        ...(body && { body: JSON.stringify(body) }),
      });
    } catch {
      throw new ApiError(0, 'relay-phone does not answer: has it ended?', [restart]);
    }
    if (answer.ok) return answer;
    const { error, reason = error, tryNext = [] } = (await answer.json().catch(() => ({}))) as Refusal;
    throw new ApiError(answer.status, reason ?? `it answered ${answer.status}`, tryNext);
  }

  async function readJson<Answer>(answer: Response): Promise<Answer> {
    const text = await answer.text();
    return (text === '' ? undefined : JSON.parse(text)) as Answer;
  }

  return {
    get: async (path) => readJson(await request('GET', path)),
    getOfEpoch: async <Answer>(path: string) => {
      const response = await request('GET', path);
      const [epoch = ''] = (response.headers.get(POSITION_HEADER) ?? '').split('-');
      return { answer: await readJson<Answer>(response), epoch };
    },
    send: async (method, path, body) => readJson(await request(method, path, body)),
    file: async (path) => (await request('GET', path)).blob(),
  };
}

interface Refusal {
  readonly error?: string;
  readonly reason?: string;
  readonly tryNext?: readonly string[];
}

/** Writes a value for a path. */
export function inPath(value: string): string {
  return encodeURIComponent(value);
}
