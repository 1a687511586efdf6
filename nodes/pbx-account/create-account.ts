/** From the node's settings to a PbxAccount, or to the reason why there is none: a person has to mend the settings then. */

import type { Node, NodeAPI } from 'node-red';
import { PbxAccount, PbxError } from '../../lib/index';
import type { ProviderModule } from '../../lib/index';
import type { Problem } from '../shared/account-node';
import { list } from '../shared/values';
import { missing, providerConfig, rulesOf } from './config';
import type { AccountDef, Credentials } from './config';
import { takeDirectly } from './direct-webhooks';
import { hostsOf } from './hosts';
import { loggerOf, maskOf } from './log';
import type { Mask } from './log';
import { isProblem, networkOf } from './network';
import { sourceFilter } from './source-filter';
import type { SourceFilter } from './source-filter';
import { storeOf } from './store';
import { webhookPathOf } from './webhook-path';
import { deskOf } from './webhooks';
import type { WebhookDesk } from './webhooks';

export interface Created {
  account: PbxAccount;
  problem: null;
  mask: Mask;
  /** Takes the account's webhook address away. */
  unlisten: () => void;
  /** When a webhook was last accepted, milliseconds since 1970. */
  lastWebhook: () => number | null;
}

export function createAccount(
  RED: NodeAPI,
  node: Node,
  def: AccountDef,
  credentials: Credentials,
  providers: readonly ProviderModule[],
): Created | { account: null; problem: Problem } {
  const module = providers.find(({ descriptor }) => descriptor.id === def.provider);
  if (!module) return failed(unknownProvider(def));
  const { descriptor } = module;
  const name = def.name || descriptor.label;
  try {
    const config = providerConfig(descriptor, def, credentials);
    const incomplete = missing(descriptor, config, name);
    if (incomplete) return failed(incomplete);
    const network = networkOf(RED, def, hostsOf(descriptor, config));
    if (isProblem(network)) return failed(network);
    const webhook = descriptor.webhook ? webhookOf(RED, node, def) : null;
    if (webhook?.desk.has(webhook.path)) return failed(pathTaken(webhook.path));
    const mask = maskOf(descriptor, config, network.proxy);
    const account = new PbxAccount({
      name,
      provider: def.provider,
      config,
      providers,
      logger: loggerOf(node, mask),
      store: storeOf(RED, node),
      ...rulesOf(def),
      ...network,
    });
    const unlisten = webhook ? listen(webhook, account, node) : () => {};
    const lastWebhook = (): number | null => webhook?.desk.lastReceived(webhook.path) ?? null;
    return { account, problem: null, mask, unlisten, lastWebhook };
  } catch (error) {
    return failed({ key: 'common.status.incomplete', error: PbxError.from(error, { account: name }) });
  }
}

function failed(problem: Problem): { account: null; problem: Problem } {
  return { account: null, problem };
}

function unknownProvider(def: AccountDef): Problem {
  const text = def.provider
    ? `there is no provider "${def.provider}" in this version`
    : 'no telephone system is chosen';
  return {
    key: 'common.status.unknownProvider',
    error: new PbxError('invalid-argument', `${text}: account "${def.name || def.id}"`),
  };
}

function pathTaken(path: string): Problem {
  return {
    key: 'common.status.pathTaken',
    error: new PbxError(
      'invalid-argument',
      `another account has the webhook path "${path}" already; give this one another path`,
    ),
  };
}

interface Webhook {
  desk: WebhookDesk;
  path: string;
  allows: SourceFilter;
}

/** `null` where Node-RED serves no addresses for flows: then no webhook can arrive. */
function webhookOf(RED: NodeAPI, node: Node, def: AccountDef): Webhook | null {
  const allows = sourceFilter(list(def.allowFrom));
  if (!RED.httpNode || (RED.settings.httpNodeRoot as unknown) === false) {
    node.warn("webhooks cannot arrive: httpNodeRoot is off in Node-RED's settings");
    return null;
  }
  return {
    desk: deskOf(RED.httpNode, (desk) => takeDirectly(RED, desk)),
    path: webhookPathOf(def.webhookPath, def._alias ?? def.id),
    allows,
  };
}

function listen({ desk, path, allows }: Webhook, account: PbxAccount, node: Node): () => void {
  return desk.add(path, {
    allows,
    handle: (request) => account.webhook(request),
    failed: (error) => node.error(`a webhook failed: ${PbxError.from(error).message}`),
  });
}
