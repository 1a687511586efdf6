/** Flows for tests of the nodes, run by Node-RED's own runtime, and ways to wait for what comes of them. */

import helper from 'node-red-node-test-helper';
import type { Node, NodeAPI, NodeInitializer, NodeMessage, NodeStatus } from 'node-red';
import type { ProviderModule } from '../../lib/index';
import { registerAccount } from '../../nodes/pbx-account/runtime';
import accountEvents from '../../nodes/pbx-account-events/runtime';
import action from '../../nodes/pbx-action/runtime';
import call from '../../nodes/pbx-call/runtime';
import callEvents from '../../nodes/pbx-call-events/runtime';
import hangup from '../../nodes/pbx-hangup/runtime';
import messageEvents from '../../nodes/pbx-message-events/runtime';
import query from '../../nodes/pbx-query/runtime';
import queueEvents from '../../nodes/pbx-queue-events/runtime';
import recording from '../../nodes/pbx-recording/runtime';
import recordingEvents from '../../nodes/pbx-recording-events/runtime';
import redirect from '../../nodes/pbx-redirect/runtime';
import routeReply from '../../nodes/pbx-route-reply/runtime';
import routeRequest from '../../nodes/pbx-route-request/runtime';
import sms from '../../nodes/pbx-sms/runtime';
import transfer from '../../nodes/pbx-transfer/runtime';

helper.init(require.resolve('node-red'));

export { helper };

export interface FlowNode {
  id: string;
  type: string;
  [property: string]: unknown;
}

export interface Credentials {
  [node: string]: Record<string, string>;
}

/** What the runtime gave the nodes when they were registered. */
export interface Runtime {
  RED: NodeAPI;
}

const NODES: readonly NodeInitializer[] = [
  callEvents,
  queueEvents,
  recordingEvents,
  messageEvents,
  accountEvents,
  call,
  hangup,
  redirect,
  transfer,
  sms,
  recording,
  query,
  action,
  routeRequest,
  routeReply,
];

/** All nodes of the package over these providers, plus `more`. `prepare` may change the runtime's API before. */
export function initializers(
  providers: readonly ProviderModule[],
  runtime?: Partial<Runtime>,
  prepare?: (RED: NodeAPI) => void,
): NodeInitializer[] {
  return [
    (RED) => {
      if (runtime) runtime.RED = RED;
      prepare?.(RED);
    },
    (RED) => registerAccount(RED, providers),
    ...NODES,
  ];
}

/** A tab, one account of the fake provider, and the given nodes on the tab (each with the coordinates that make it a flow node). */
export function flowOf(...nodes: FlowNode[]): FlowNode[] {
  return [
    { id: 'tab', type: 'tab', label: 'flow' },
    ...nodes.map((node, index) =>
      CONFIG_TYPES.has(node.type) ? node : { z: 'tab', x: 100, y: 40 * index, wires: [], ...node },
    ),
  ];
}

const CONFIG_TYPES: ReadonlySet<string> = new Set(['tab', 'global-config', 'pbx-account', 'tls-config', 'http proxy']);

export const LOGIN: Credentials = { office: { username: 'tester', password: 's3cret-word' } };

export function account(more: Record<string, unknown> = {}): FlowNode {
  return { id: 'office', type: 'pbx-account', name: 'Office', provider: 'fake', host: 'pbx.example', ...more };
}

/** A node that keeps what it gets. */
export function sink(id: string): FlowNode {
  return { id, type: 'helper' };
}

export function nodeOf(id: string): Node {
  const node: Node | null = helper.getNode(id);
  if (!node) throw new Error(`there is no node "${id}" in the flow`);
  return node;
}

/** The messages that reach a helper node from now on. */
export class Inbox {
  readonly messages: NodeMessage[] = [];
  readonly #waiting: (() => void)[] = [];

  constructor(id: string) {
    nodeOf(id).on('input', (message, _send, done) => {
      this.messages.push(message);
      for (const wake of this.#waiting.splice(0)) wake();
      done();
    });
  }

  async next(count = 1): Promise<NodeMessage[]> {
    while (this.messages.length < count) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.messages.splice(0, count);
  }

  async one(): Promise<NodeMessage> {
    const [message] = await this.next();
    if (!message) throw new Error('no message');
    return message;
  }
}

/** Status texts of a node, oldest first. */
export function statusesOf(id: string): NodeStatus[] {
  const node = nodeOf(id);
  // The test helper puts a spy on the prototype that all nodes share.
  const { status } = node as unknown as { status: { args: unknown[][]; thisValues: unknown[] } };
  return status.args.filter((_, index) => status.thisValues[index] === node).map(([shown]) => shown as NodeStatus);
}

export function statusOf(id: string): NodeStatus | undefined {
  return statusesOf(id).at(-1);
}

/** Resolves when all that was sent on has been delivered: Node-RED hands messages on by setImmediate. */
export async function delivered(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

export function startServer(): Promise<void> {
  return new Promise((resolve) => helper.startServer(resolve));
}

export function stopServer(): Promise<void> {
  return new Promise((resolve) => helper.stopServer(resolve));
}

/** Loads and starts a flow. */
export async function load(
  nodes: NodeInitializer[],
  flow: FlowNode[],
  credentials: Credentials = LOGIN,
): Promise<void> {
  await helper.load(nodes, flow, credentials);
}

/** Log lines of the nodes, as one text. */
export function logged(): string {
  return helper
    .log()
    .args.map(([entry]: unknown[]) => JSON.stringify(entry))
    .join('\n');
}

/** A promise and what settles it. */
export function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let settle!: (value: T) => void;
  const promise = new Promise<T>((resolve) => {
    settle = resolve;
  });
  return { promise, resolve: (value) => settle(value) };
}
