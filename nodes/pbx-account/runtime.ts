/**
 * The account node: owns one PbxAccount, hence one connection, and shares it. It connects when the flows have started and a node uses
 * it, and goes on while deploys leave it alone. Whatever is wrong with its settings shows as its status and never stops a flow.
 */

import type { Node, NodeAPI } from 'node-red';
import { PROVIDERS, PbxError } from '../../lib/index';
import type { AccountStatus, ProviderModule } from '../../lib/index';
import type { AccountNode } from '../shared/account-node';
import { badge, connectionBadge, isUp } from '../shared/badges';
import { adminEndpoints } from './admin';
import { isCredential } from './config';
import type { AccountDef, Credentials } from './config';
import { createAccount } from './create-account';
import { liveAccountsOf } from './live-accounts';
import type { Mask } from './log';
import { onStarted } from './started';
import type { Deployed } from './test-connection';
import { Users } from './users';

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
  const live = liveAccountsOf(RED.httpAdmin ?? RED);
  adminEndpoints(RED, providers, (node) => deployed.get(node) ?? null, live);

  function PbxAccountNode(this: AccountNode & Node<Credentials>, def: AccountDef): void {
    RED.nodes.createNode(this, def);
    const credentials = this.credentials ?? {};
    deployed.set(this, { node: this, def, credentials });
    const users = new Users();
    const created = createAccount(RED, this, def, credentials, providers);
    const { account, problem } = created;
    const node: Omit<AccountNode, keyof Node> = {
      account,
      problem,
      users: users.nodes,
      join: (user, watcher) => users.join(user, watcher),
      open: () => account?.open(),
      lastWebhook: () => (created.account ? created.lastWebhook() : null),
    };
    Object.assign(this, node);

    const cleanups: (() => void)[] = [];
    if (created.account) {
      const report = reporter(this, created.mask);
      const watch = created.account.onStatus((status) => {
        this.status(connectionBadge(status));
        users.show(connectionBadge(status), isUp(status.state));
        report(status);
      });
      cleanups.push(
        created.unlisten,
        live.add({ id: this.id, name: created.account.name, account: created.account }),
        watch,
        onStarted(RED.events, () => {
          if (users.any) created.account.open();
        }),
      );
    } else {
      const { key, error } = created.problem;
      this.status(badge('red', 'ring', key));
      users.show(badge('red', 'ring', key), false);
      // With a message object the error reaches the Catch nodes of the flows that use the account; those exist only later.
      const tell = onStarted(RED.events, () => {
        tell();
        this.error(error, {});
      });
      cleanups.push(tell);
    }

    this.on('close', (done: () => void) => {
      for (const cleanup of cleanups) cleanup();
      if (!account) return done();
      account.close().then(done, done);
    });
  }

  RED.nodes.registerType('pbx-account', PbxAccountNode, { credentials: credentialTypes(providers) });
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
