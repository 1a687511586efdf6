/**
 * The account node: owns one PbxAccount, hence one connection, and shares it. It connects when the flows have started and a node uses
 * it, and goes on while deploys leave it alone. Whatever is wrong with its settings shows as its status and never stops a flow.
 */

import type { Node, NodeAPI, NodeStatus } from 'node-red';
import { PROVIDERS, PbxAccount, PbxError, providerOf } from '../../lib/index';
import type { AccountStatus, ProviderModule, Store } from '../../lib/index';
import type { AccountNode, Problem, Watcher } from '../shared/account-node';
import { badge, connectionBadge, isUp } from '../shared/badges';
import { list } from '../shared/values';
import { adminEndpoints } from './admin';
import { isCredential, missing, providerConfig, rulesOf } from './config';
import type { AccountDef, Credentials } from './config';
import { hostsOf } from './hosts';
import { loggerOf, maskOf } from './log';
import type { Mask } from './log';
import { isProblem, networkOf } from './network';
import { sourceFilter } from './source-filter';
import { deskOf } from './webhooks';
import type { Deployed } from './test-connection';

/** What the credentials may hold, whatever the provider: the editor part lists the same. */
export const CREDENTIALS = {
  username: { type: 'text' },
  password: { type: 'password' },
  smsUsername: { type: 'text' },
  smsPassword: { type: 'password' },
  apiKey: { type: 'password' },
  apiSalt: { type: 'password' },
  token: { type: 'password' },
  crmToken: { type: 'password' },
  secret: { type: 'password' },
  login: { type: 'text' },
  login2: { type: 'text' },
  sha1: { type: 'password' },
} as const satisfies Record<string, { type: 'text' | 'password' }>;

export default (RED: NodeAPI): void => registerAccount(RED, PROVIDERS);

export function registerAccount(RED: NodeAPI, providers: readonly ProviderModule[]): void {
  const deployed = new WeakMap<Node, Deployed>();
  adminEndpoints(RED, providers, (node) => deployed.get(node) ?? null);

  function PbxAccountNode(this: AccountNode & Node<Credentials>, def: AccountDef): void {
    RED.nodes.createNode(this, def);
    const credentials = this.credentials ?? {};
    deployed.set(this, { def, credentials });
    const watchers = new Set<Watcher>();
    const cleanups: (() => void)[] = [];

    let shown: { status: NodeStatus; isUp: boolean };
    const show = (status: NodeStatus, up: boolean): void => {
      shown = { status, isUp: up };
      this.status(status);
      for (const watcher of watchers) watcher(status, up);
    };

    const users: Record<string, Node> = {};
    const opened = createAccount(RED, this, def, credentials, providers, cleanups);
    const { account, problem } = opened;
    Object.assign(this, {
      account,
      problem,
      users,
      join: (user: Node, watcher: Watcher) => {
        users[user.id] = user;
        watchers.add(watcher);
        watcher(shown.status, shown.isUp);
        return () => {
          watchers.delete(watcher);
          if (users[user.id] === user) delete users[user.id];
        };
      },
      open: () => account?.open(),
    });

    if (opened.account) {
      const { account } = opened;
      shown = { status: badge('grey', 'ring', 'common.status.closed'), isUp: false };
      const report = reporter(this, opened.mask);
      cleanups.push(
        account.onStatus((status) => {
          show(connectionBadge(status), isUp(status.state));
          report(status);
        }),
      );
      // All nodes exist by now, so no event comes before somebody listens.
      const started = (): void => {
        if (Object.keys(users).length > 0) account.open();
      };
      RED.events.on('flows:started', started);
      cleanups.push(() => RED.events.off('flows:started', started));
    } else {
      show(badge('red', 'ring', opened.problem.key), false);
      // With a message object the error reaches the Catch nodes of the flows that use the account; those exist only later.
      const tell = (): void => this.error(opened.problem.error, {});
      RED.events.once('flows:started', tell);
      cleanups.push(() => RED.events.off('flows:started', tell));
    }

    this.on('close', (done: () => void) => {
      for (const cleanup of cleanups) cleanup();
      if (!account) return done();
      account.close().then(done, done);
    });
  }

  RED.nodes.registerType('pbx-account', PbxAccountNode, { credentials: credentialTypes(providers) });
}

type Opened = { account: PbxAccount; problem: null; mask: Mask } | { account: null; problem: Problem };

function failed(problem: Problem): Opened {
  return { account: null, problem };
}

function createAccount(
  RED: NodeAPI,
  node: Node,
  def: AccountDef,
  credentials: Credentials,
  providers: readonly ProviderModule[],
  cleanups: (() => void)[],
): Opened {
  if (!providers.some((module) => module.descriptor.id === def.provider)) {
    const name = def.provider ? `there is no provider "${def.provider}" in this version` : 'no provider is chosen';
    return failed({
      key: 'common.status.unknownProvider',
      error: new PbxError('invalid-argument', `${name}: account "${def.name || def.id}"`),
    });
  }
  try {
    const { descriptor } = providerOf(def.provider, providers);
    const name = def.name || descriptor.label;
    const config = providerConfig(descriptor, def, credentials);
    const incomplete = missing(descriptor, config, name);
    if (incomplete) return failed(incomplete);
    const network = networkOf(RED, def, hostsOf(descriptor, config));
    if (isProblem(network)) return failed(network);
    const mask = maskOf(descriptor, config, network.proxy);
    const account = new PbxAccount({
      name,
      provider: def.provider,
      config,
      providers,
      logger: loggerOf(node, mask),
      store: storeOf(node),
      ...rulesOf(def),
      ...network,
    });
    if (descriptor.webhook) {
      const clash = listen(RED, node, def, account);
      if (typeof clash !== 'function') return failed(clash);
      cleanups.push(clash);
    }
    return { account, problem: null, mask };
  } catch (error) {
    return failed({ key: 'common.status.incomplete', error: PbxError.from(error, { account: def.name || def.id }) });
  }
}

/** Opens the account's webhook address. Returns what closes it. */
function listen(RED: NodeAPI, node: Node, def: AccountDef, account: PbxAccount): Problem | (() => void) {
  const path = def.webhookPath?.trim() || def.id;
  const allows = sourceFilter(list(def.allowFrom));
  // With `httpNodeRoot: false` Node-RED serves no addresses for flows: then no webhook can arrive.
  if (!RED.httpNode || (RED.settings.httpNodeRoot as unknown) === false) {
    node.warn(`webhooks cannot arrive: httpNodeRoot is off in Node-RED's settings`);
    return () => {};
  }
  const remove = deskOf(RED.httpNode).add(path, {
    allows,
    handle: (request) => account.webhook(request),
    failed: (error) => node.error(`a webhook failed: ${PbxError.from(error).message}`),
  });
  if (remove) return remove;
  return {
    key: 'common.status.pathTaken',
    error: new PbxError('invalid-argument', `another account has the webhook path "${path}" already`),
  };
}

/** Small values of the provider live in the node's context: they outlive a restart where the user's context store does. */
function storeOf(node: Node): Store {
  const context = node.context();
  return {
    get: (key) =>
      new Promise((resolve, reject) => context.get(key, (error, value) => (error ? reject(error) : resolve(value)))),
    set: (key, value) =>
      new Promise((resolve, reject) => context.set(key, value, (error) => (error ? reject(error) : resolve()))),
  };
}

/** Tells the log what became of the connection; a refused login also tells the Catch nodes, since a person must mend it. */
function reporter(node: Node, mask: Mask): (status: AccountStatus) => void {
  let last = '';
  return ({ state, reason }) => {
    // Tries that fail the same way again are one line in the log.
    const text = reason ? mask(reason.text) : '';
    if (`${state} ${text}` === last) return;
    last = `${state} ${text}`;
    const why = text && `: ${text}`;
    if (state === 'connected') node.log('connected to the PBX');
    else if (state === 'degraded') node.warn(`connected, but not everything works${why}`);
    else if (state === 'reconnecting') node.warn(`no connection, trying again${why}`);
    else if (state === 'unauthorized')
      node.error(new PbxError(reason?.code ?? 'unauthorized', text || 'the PBX refused the login'), {});
  };
}

/** The fixed list, and what a provider of this version has besides. */
function credentialTypes(providers: readonly ProviderModule[]): Record<string, { type: 'text' | 'password' }> {
  const types: Record<string, { type: 'text' | 'password' }> = { ...CREDENTIALS };
  for (const { descriptor } of providers)
    for (const field of descriptor.fields.filter(isCredential))
      types[field.name] ??= { type: field.secret ? 'password' : 'text' };
  return types;
}
