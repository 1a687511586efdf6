/** What the forms ask the runtime: descriptors, a test of the connection, and what the live account knows. */

import type { NodeAPI } from 'node-red';
import type { Request } from 'express';
import { PbxError, descriptors } from '../../lib/index';
import type { HistoryEntry, HistoryParams, Party, PbxAccount, ProviderModule, QueryName } from '../../lib/index';
import { isAccountNode } from '../shared/account-node';
import type { AccountNode } from '../shared/account-node';
import { setUp } from './set-up';
import type { SetUpRequest } from './set-up';
import type { LiveAccounts } from './live-accounts';
import { liveEndpoints } from './live-endpoints';
import { orderOf, refuse } from './refuse';
import { testConnection } from './test-connection';
import type { Deployed, TestRequest } from './test-connection';

/** What only the account's own module may know of an account node. */
export type DeployedAccount = (node: AccountNode) => Deployed | null;

const CONNECT_WITHIN_MS = 5_000;
const MAX_TESTS = 3;
/** Of the latest calls, those with a recording are offered. */
const LISTED_CALLS = 50;

/** Express applications that have the endpoints: a Node-RED runtime has one, a test run has many. */
const served = new WeakSet<object>();

export function adminEndpoints(
  RED: NodeAPI,
  providers: readonly ProviderModule[],
  deployedOf: DeployedAccount,
  live: LiveAccounts,
): void {
  if (!RED.httpAdmin || served.has(RED.httpAdmin)) return;
  served.add(RED.httpAdmin);
  const mayRead = RED.auth.needsPermission('pbx-account.read');
  const mayWrite = RED.auth.needsPermission('pbx-account.write');
  let tests = 0;
  liveEndpoints(RED, live);
  let settingUp = false;

  RED.httpAdmin.get('/pbx-account/providers', mayRead, (_request, response) => {
    response.json(descriptors(providers));
  });

  RED.httpAdmin.post('/pbx-account/test', mayWrite, (request, response) => {
    const form = orderOf(request) as TestRequest | null;
    if (!form) return refuse(response, new PbxError('invalid-argument', 'the form is missing'));
    if (tests >= MAX_TESTS) return refuse(response, new PbxError('rate-limited', 'other tests are still running'));
    const node = accountNode(RED, form.id);
    tests++;
    testConnection(RED, providers, form, node && deployedOf(node))
      .then((answer) => response.json(answer))
      .catch((error: unknown) => refuse(response, PbxError.from(error)))
      .finally(() => tests--);
  });

  RED.httpAdmin.post('/pbx-account/setup', mayWrite, (request, response) => {
    const form = orderOf(request) as SetUpRequest | null;
    if (!form) return refuse(response, new PbxError('invalid-argument', 'the form is missing'));
    if (settingUp) return refuse(response, new PbxError('rate-limited', 'another set-up is still running'));
    const node = accountNode(RED, form.id);
    settingUp = true;
    setUp(RED, providers, form, node && deployedOf(node))
      .then((answer) => response.json(answer))
      .catch((error: unknown) => refuse(response, PbxError.from(error)))
      .finally(() => (settingUp = false));
  });

  for (const query of ['members', 'queues'] as const) {
    RED.httpAdmin.get(`/pbx-account/:id/${query}`, mayRead, (request, response) => {
      listOf(RED, request, query)
        .then((list) => response.json(list))
        .catch((error: unknown) => refuse(response, PbxError.from(error)));
    });
  }

  RED.httpAdmin.get('/pbx-account/:id/recordings', mayRead, (request, response) => {
    listOf(RED, request, 'history', { limit: LISTED_CALLS })
      .then((list) => response.json((list as HistoryEntry[]).flatMap(recordingsOf)))
      .catch((error: unknown) => refuse(response, PbxError.from(error)));
  });

  RED.httpAdmin.get('/pbx-account/:id/state', mayRead, (request, response) => {
    const node = accountNode(RED, request.params['id']);
    // No failure: every form asks, also that of an account which is not deployed yet.
    if (!node) return response.json(null);
    const last = node.lastWebhook();
    const lastWebhook = last === null ? null : new Date(last).toISOString();
    if (node.account) response.json({ ...node.account.status, lastWebhook });
    else
      response.json({
        lastWebhook,
        state: 'closed',
        since: null,
        reason: node.problem && { code: node.problem.error.code, text: node.problem.error.message },
        counters: null,
        lastEvent: null,
      });
  });
}

/** The recordings of a call of the past, as the form offers them. */
function recordingsOf({ recordings, startedAt, from, to }: HistoryEntry): object[] {
  return recordings.map((id) => ({ id, time: startedAt, from: placeOf(from), to: placeOf(to) }));
}

function placeOf({ extension, number }: Party): string | null {
  return extension ?? number;
}

async function listOf(RED: NodeAPI, request: Request, query: QueryName, params?: HistoryParams): Promise<unknown> {
  const node = accountNode(RED, request.params['id']);
  if (!node) throw unknownAccount();
  const { account, problem } = node;
  if (!account) throw problem?.error ?? unknownAccount();
  node.open();
  await connected(account);
  const { payload } = await account.execute({ command: 'query', query, ...(params && { params: { ...params } }) });
  return payload.result;
}

/** An account that no node uses yet is connected for the form; the person waits a moment for the list. */
async function connected(account: PbxAccount): Promise<void> {
  if (account.status.state !== 'connecting') return;
  const ends: (() => void)[] = [];
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, CONNECT_WITHIN_MS);
    ends.push(
      () => clearTimeout(timer),
      account.onStatus(({ state }) => {
        if (state !== 'connecting') resolve();
      }),
    );
  });
  for (const end of ends) end();
}

function accountNode(RED: NodeAPI, id: unknown): AccountNode | null {
  const node = typeof id === 'string' && id ? RED.nodes.getNode(id) : null;
  return isAccountNode(node) ? node : null;
}

function unknownAccount(): PbxError {
  return new PbxError('not-found', 'this account is not deployed yet');
}
