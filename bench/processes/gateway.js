// A gateway on a database in a file, as `relay-phone tunnel` has it.
import { createGateway } from '../.built/gateway/gateway.js';
import { listen } from '../.built/http/listen.js';
import { tellUsage } from './usage.js';

const [app = '', database = '', publicBase = '', authToken = ''] = process.argv.slice(2);
const webhooks = [{ path: '/api/v1/inbound_sms', kind: 'inbound_sms' }];
const gateway = createGateway({
  app,
  publicBase: () => publicBase,
  authToken,
  webhooks: () => webhooks,
  exposeAll: process.argv[6] === 'all',
  database,
  emit: () => undefined,
});
const { port } = await listen(gateway.listener, { port: 0, requestTimeoutMs: 10_000, maxConnections: 2048 });
process.on('SIGINT', () => process.exit());
tellUsage();
process.send?.({ port });
