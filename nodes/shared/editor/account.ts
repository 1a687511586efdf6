/** What a node's form says about its account: which PBX it is, and what that PBX cannot do. */

import type { AccountState } from '../../../lib/model';
import type { ProviderDescriptor } from '../../../lib/provider';
import { serves } from '../capability';
import type { NodeType } from '../capability';
import { property } from './property';
import { loadProviders, providerById } from './providers';

/** The answer of `GET pbx-account/{account}/state`. */
export interface AccountStatus {
  state: AccountState;
  /** ISO 8601; `null` when the account never opened. */
  since: string | null;
  reason: { code: string; text: string } | null;
  /** ISO 8601; `null` when none was accepted since the deploy. */
  lastWebhook: string | null;
  counters: { events: number; reconnects: number; failures: number } | null;
  lastEvent: { topic: string; time: string } | null;
}

/** For the `account` property: whether the account exists, is complete, and can serve this node. */
export function validAccount(node: PbxEditorNode, type: NodeType, accountId: string): boolean | string {
  if (!accountId || accountId === '_ADD_') return node._('common.invalid.noAccount');
  const account = RED.nodes.node(accountId);
  if (!account) return node._('common.invalid.unknownAccount');
  if (account.valid === false) return node._('common.invalid.account');
  const descriptor = providerById(property(account, 'provider'));
  if (!descriptor || serves(type, descriptor.capabilities)) return true;
  return node._('common.invalid.notSupported', { pbx: descriptor.label });
}

/** The account chosen in the open form of a node. */
export function chosenAccount(): PbxEditorNode | null {
  return RED.nodes.node(String($('#node-input-account').val() ?? ''));
}

/** How the deployed account is; `null` for one that is not deployed as it stands in the editor. */
export async function accountStatus(account: PbxEditorNode): Promise<AccountStatus | null> {
  if (account.changed || account.valid === false) return null;
  return (await $.getJSON(`pbx-account/${encodeURIComponent(account.id)}/state`)) as AccountStatus | null;
}

/** Calls `listener` with the chosen account's provider now and whenever another account is chosen. */
export function onAccount(listener: (descriptor: ProviderDescriptor | undefined) => void): void {
  const tell = (): void => listener(providerById(property(chosenAccount(), 'provider')));
  $('#node-input-account').on('change', tell);
  loadProviders().then(tell, tell);
}

/** A line below the account that says what the account cannot do here; nothing while all is well. */
export function accountHint(node: PbxEditorNode, type: NodeType): (also?: string) => void {
  const hint = $('<div class="pbx-hint pbx-hint-warning"></div>').hide();
  $('#node-input-account').closest('.form-row').after(hint);
  return (also) => {
    const descriptor = providerById(property(chosenAccount(), 'provider'));
    const unserved = descriptor && !serves(type, descriptor.capabilities);
    const text = unserved ? node._('common.hint.notSupported', { pbx: descriptor.label }) : (also ?? '');
    hint.text(text).toggle(text !== '');
    // A node that the account cannot serve is not to be filled in, only to be given another account.
    hint.closest('form, .pbx-form').toggleClass('pbx-unserved', Boolean(unserved));
  };
}
