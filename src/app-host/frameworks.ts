// How frameworks refuse a host that is not on their list of allowed hosts: what they answer, and the setting with the list.

/** One way to refuse a host. */
export interface HostRefusalRule {
  readonly framework: string;
  /** The statuses of the refusal. */
  readonly statuses: readonly number[];
  /** Alternatives: the texts that the body contains, in their order; or the whole body. Case does not count. */
  readonly says: readonly (readonly string[])[] | string;
  /**
   * Which answers it is told from: `any` answer, also to a webhook; the answer to a GET of a `page`, because the app may say
   * the same about a webhook's parameters; or a page that answers 127.0.0.1 differently (`difference`).
   */
  readonly proof: 'any' | 'page' | 'difference';
  /** The setting that lists the allowed hosts. */
  readonly setting: string;
  /** Where the setting is. */
  readonly where: string;
}

/** In place of the name of a framework. */
const UNKNOWN_FRAMEWORK = 'it';

/** The refusals, the most specific first. Their texts are those of the frameworks' sources in 2026. */
export const HOST_REFUSALS: readonly HostRefusalRule[] = [
  {
    framework: 'Django',
    statuses: [400],
    says: [['DisallowedHost'], ['Invalid HTTP_HOST header'], ['ALLOWED_HOSTS']],
    proof: 'any',
    setting: 'ALLOWED_HOSTS',
    where: "the app's settings",
  },
  {
    // Without DEBUG, Django answers so to anything suspicious.
    framework: 'Django',
    statuses: [400],
    says: [['<h1>Bad Request (400)</h1>']],
    proof: 'page',
    setting: 'ALLOWED_HOSTS',
    where: "the app's settings",
  },
  {
    framework: 'Angular',
    statuses: [403],
    says: [['Blocked request. This host ', ' is not allowed', 'angular.json']],
    proof: 'any',
    setting: 'allowedHosts of the serve target',
    where: 'angular.json',
  },
  {
    framework: 'Angular',
    statuses: [400],
    says: [
      ['URL with hostname ', ' is not allowed'],
      ['Header "host" with value ', ' is not allowed'],
      ['Header "x-forwarded-host" with value ', ' is not allowed'],
    ],
    proof: 'any',
    setting: 'security.allowedHosts of the build target',
    where: 'angular.json, or to NG_ALLOWED_HOSTS in the environment of the app',
  },
  {
    framework: 'Vite',
    statuses: [403],
    says: [['Blocked request. This host ', ' is not allowed', 'preview.allowedHosts']],
    proof: 'any',
    setting: 'preview.allowedHosts',
    where: 'vite.config.js',
  },
  {
    // Also Nuxt, SvelteKit, Astro and others that are built on it.
    framework: 'Vite',
    statuses: [403],
    says: [['Blocked request. This host ', ' is not allowed']],
    proof: 'any',
    setting: 'server.allowedHosts',
    where: 'vite.config.js',
  },
  {
    framework: 'Rails',
    statuses: [403],
    says: [['Blocked hosts: '], ['Blocked host: ', 'config.hosts']],
    proof: 'any',
    setting: 'config.hosts',
    where: 'config/environments/development.rb',
  },
  {
    // Up to version 4 with status 200. Also Create React App and Vue CLI.
    framework: 'webpack-dev-server',
    statuses: [200, 403],
    says: 'invalid host header',
    proof: 'any',
    setting: 'devServer.allowedHosts',
    where: 'webpack.config.js',
  },
  {
    framework: 'Starlette (FastAPI)',
    statuses: [400],
    says: 'invalid host header',
    proof: 'any',
    setting: 'allowed_hosts',
    where: 'the TrustedHostMiddleware of the app',
  },
  {
    framework: 'Litestar',
    statuses: [400],
    says: '{"message":"invalid host header"}',
    proof: 'any',
    setting: 'allowed_hosts',
    where: 'the AllowedHostsConfig of the app',
  },
  {
    framework: 'Flask (Werkzeug)',
    statuses: [400],
    says: [['Host ', ' is not trusted']],
    proof: 'any',
    setting: 'TRUSTED_HOSTS',
    where: 'the config of the app',
  },
  {
    framework: 'ASP.NET Core (or IIS)',
    statuses: [400],
    says: [['Bad Request - Invalid Hostname']],
    proof: 'any',
    setting: 'AllowedHosts',
    where: 'appsettings.json (in IIS Express: to the bindings of the site)',
  },
  {
    framework: 'Play',
    statuses: [400],
    says: [['Host not allowed: ']],
    proof: 'any',
    setting: 'play.filters.hosts.allowed',
    where: 'conf/application.conf',
  },
  {
    framework: 'Sinatra',
    statuses: [403],
    says: 'host not permitted',
    proof: 'any',
    setting: 'permitted_hosts of host_authorization',
    where: 'the settings of the app',
  },
  {
    framework: 'Symfony',
    statuses: [400, 404, 500],
    says: [['Untrusted Host ']],
    proof: 'any',
    setting: 'framework.trusted_hosts (in Laravel: trustHosts)',
    where: "the app's configuration",
  },
  {
    framework: 'Spring Security',
    statuses: [400, 500],
    says: [['The request was rejected because the domain ', ' is untrusted']],
    proof: 'any',
    setting: 'allowedHostnames',
    where: 'the StrictHttpFirewall of the app',
  },
  {
    framework: 'Next.js',
    statuses: [403],
    says: [['allowedDevOrigins']],
    proof: 'any',
    setting: 'allowedDevOrigins',
    where: 'next.config.js',
  },
  {
    // Only for requests of browsers to its own files.
    framework: 'Next.js',
    statuses: [403],
    says: 'Unauthorized',
    proof: 'difference',
    setting: 'allowedDevOrigins',
    where: 'next.config.js',
  },
  {
    // 421 Misdirected Request: https://www.rfc-editor.org/rfc/rfc9110#status.421.
    framework: UNKNOWN_FRAMEWORK,
    statuses: [421],
    says: [['']],
    proof: 'any',
    setting: 'the list of hosts that it serves',
    where: "the app's settings",
  },
  {
    framework: UNKNOWN_FRAMEWORK,
    statuses: [400, 403],
    says: [
      ['invalid host'],
      ['disallowed host'],
      ['host not allowed'],
      ['blocked host'],
      ['unknown host'],
      ['untrusted host'],
    ],
    proof: 'page',
    setting: 'the list of hosts that it allows',
    where: "the app's settings",
  },
];
