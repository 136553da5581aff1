// The routes that the page may use: of a sandbox those of its control API, without credentials and snapshots.

/** `METHOD /path`, below `/_sandbox`; `{}` stands for one segment. */
export const SANDBOX_PAGE_ROUTES: readonly string[] = [
  'GET /state',
  'GET /clock',
  'POST /clock',
  'GET /events',
  'GET /events.json',
  'GET /traces',
  'GET /traces/{}',
  'GET /exchanges',
  'GET /exchanges/{}',
  'POST /exchanges/{}/replay',
  'GET /phones',
  'GET /phones/{}/threads',
  'GET /phones/{}/thread',
  'GET /phones/{}/calls',
  'GET /phones/{}/behaviour',
  'PUT /phones/{}/behaviour',
  'PUT /phones/{}/label',
  'POST /phones/{}/text',
  'POST /phones/{}/call',
  'POST /phones/{}/calls/{}/answer',
  'POST /phones/{}/calls/{}/reject',
  'POST /phones/{}/calls/{}/hang-up',
  'POST /phones/{}/calls/{}/press',
  'POST /phones/{}/calls/{}/say',
  'GET /numbers',
  'PUT /numbers/{}',
  'GET /exposures/{}',
  'GET /assertions',
  'PUT /assertions/{}',
  'DELETE /assertions/{}',
  'GET /opt-outs',
  'PUT /opt-outs/{}/{}',
  'DELETE /opt-outs/{}/{}',
  'GET /compliance',
  'PUT /compliance/{}',
  'GET /faults',
  'POST /faults',
  'DELETE /faults/{}',
];

/** The routes of the webhooks of a live account: it has no phones, and no route controls anything. */
export const LIVE_PAGE_ROUTES: readonly string[] = [
  'GET /events',
  'GET /exchanges',
  'GET /exchanges/{}',
  'POST /exchanges/{}/replay',
];

/** True if one of the routes is `method` and `path`, and no reader of URLs would make another path of it. */
export function isPageRoute(routes: readonly string[], method: string, path: string): boolean {
  if (!isNormalPath(path)) return false;
  const given = path.split('/');
  return routes.some((route) => {
    const [verb, pattern = ''] = route.split(' ');
    const segments = pattern.split('/');
    return (
      verb === method &&
      segments.length === given.length &&
      segments.every((segment, index) => segment === '{}' || segment === given[index])
    );
  });
}

/** False with a segment that is empty, `.` or `..`, and with characters such as a backslash, which URLs take for a slash. */
function isNormalPath(path: string): boolean {
  const isSame = URL.canParse(path, PAGE_BASE) && new URL(path, PAGE_BASE).pathname === path;
  return isSame && !/\/(?:\/|$)/.test(path);
}

const PAGE_BASE = 'http://page';
