/**
 * What the other nodes know of the account node: the account itself, and how to be its user. A user joins once and leaves at its
 * close; what the connection does is told to all of them from one place.
 */

import type { Node, NodeAPI, NodeStatus } from 'node-red';
import { PbxError } from '../../lib/index';
import type { PbxAccount } from '../../lib/index';
import { badge } from './badges';

/** Why an account cannot work at all until a person mends it; `key` is the label of its status. */
export interface Problem {
  key: string;
  error: PbxError;
}

export type Watcher = (connection: NodeStatus, isUp: boolean) => void;

export interface AccountNode extends Node {
  readonly account: PbxAccount | null;
  readonly problem: Problem | null;
  /** The nodes that use the account by id: Node-RED hands the account's own status and errors to the flows of these. */
  readonly users: Record<string, Node>;
  /** Tells `watcher` the state of the connection now and at every change. Returns what ends it. */
  join(user: Node, watcher: Watcher): () => void;
  /** When (milliseconds since 1970) the PBX last posted a webhook that was accepted; `null` when none came since the deploy. */
  lastWebhook(): number | null;
  /** Connects, if no node has made it connect yet. */
  open(): void;
}

export function isAccountNode(node: Node | null | undefined): node is AccountNode {
  return node?.type === 'pbx-account' && 'join' in node;
}

/** A node's access to its account. */
export type Access = ({ account: PbxAccount; problem: null } | { account: null; problem: Problem }) & {
  /** Makes the node a user of the account until it closes. */
  watch(watcher: Watcher): void;
};

/** The account with this id, for `node`. A missing one shows in the status and is no failure. */
export function accessOf(RED: NodeAPI, node: Node, accountId: string | undefined): Access {
  const found: Node | null = accountId ? RED.nodes.getNode(accountId) : null;
  if (!isAccountNode(found)) {
    const problem = accountId ? unknownAccount() : noAccount();
    return { account: null, problem, watch: (watcher) => watcher(badge('red', 'ring', problem.key), false) };
  }
  const watch = (watcher: Watcher): void => {
    node.on('close', found.join(node, watcher));
  };
  const { account, problem } = found;
  return account ? { account, problem: null, watch } : { account: null, problem: problem ?? unknownAccount(), watch };
}

function noAccount(): Problem {
  return {
    key: 'common.status.noAccount',
    error: new PbxError('invalid-argument', 'no account is chosen in this node'),
  };
}

function unknownAccount(): Problem {
  return {
    key: 'common.status.unknownAccount',
    error: new PbxError('invalid-argument', 'the account of this node does not exist or is disabled'),
  };
}
