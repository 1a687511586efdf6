/** Members, queues, groups and recordings of the chosen account, live from the PBX, offered while the person types. Free text is always possible. */

import type { Member, QueueStatus } from '../../../lib/model';
import { hasListsAtHand } from '../at-hand';
import { accountStatus, chosenAccount } from './account';
import { property } from './property';
import { providerById } from './providers';

/** `callers` are members, and groups as `group:NUMBER` where the PBX calls from them. */
export type ListName = 'members' | 'queues' | 'recordings' | 'callers';

/** One of `GET pbx-account/{account}/recordings`. */
interface ListedRecording {
  id: string;
  time: string;
  from: string | null;
  to: string | null;
}

const FRESH_MS = 30_000;
const cache = new Map<string, { at: number; list: Promise<PbxSuggestion[]> }>();

/** What fits the text typed so far. An account that is not deployed or not connected simply offers nothing. */
export function suggestFrom(name: ListName): PbxSuggest {
  return (typed, done) => {
    const account = chosenAccount();
    if (!account) return done([]);
    // In a field that takes several values, the last one is being typed.
    const [, before = '', part = ''] = /^(.*[,;]\s*)?([^,;]*)$/.exec(typed) ?? [];
    const wanted = part.trim();
    listOf(account, name).then(
      (list) => done(fitting(list, wanted).map(({ value, label }) => ({ value: before + value, label }))),
      () => done([]),
    );
  };
}

/** The Enter and Tab keys take the first entry, so what was typed comes first: free text stays free text. */
function fitting(list: readonly PbxSuggestion[], typed: string): PbxSuggestion[] {
  const found = list.filter(({ label }) => label.toLowerCase().includes(typed.toLowerCase()));
  const exact = found.find(({ value }) => value === typed);
  if (typed === '' || found.length === 0) return found;
  return [exact ?? { value: typed, label: typed }, ...found.filter((entry) => entry !== exact)];
}

/** Asks early, so that the list is there when the person begins to type. */
export function prefetch(name: ListName): void {
  const account = chosenAccount();
  if (account) listOf(account, name).catch(() => {});
}

function listOf(account: PbxEditorNode, name: ListName): Promise<PbxSuggestion[]> {
  const key = `${account.id}/${name}`;
  const cached = cache.get(key);
  if (cached && Date.now() - cached.at < FRESH_MS) return cached.list;
  const list = name === 'callers' ? callersOf(account) : fetchList(account, name);
  cache.set(key, { at: Date.now(), list });
  return list;
}

async function callersOf(account: PbxEditorNode): Promise<PbxSuggestion[]> {
  const members = await listOf(account, 'members');
  if (!providerById(property(account, 'provider'))?.capabilities.callFromGroup) return members;
  const groups = await listOf(account, 'queues').catch(() => []);
  return [...members, ...groups.map(({ value, label }) => ({ value: `group:${value}`, label: `group:${label}` }))];
}

async function fetchList(account: PbxEditorNode, name: Exclude<ListName, 'callers'>): Promise<PbxSuggestion[]> {
  const status = await accountStatus(account);
  if (!status || !hasListsAtHand(status)) return [];
  const entries: unknown = await $.getJSON(`pbx-account/${encodeURIComponent(account.id)}/${name}`);
  if (!Array.isArray(entries)) return [];
  if (name === 'recordings') return entries.map(fromRecording);
  return name === 'members' ? entries.flatMap(fromMember) : entries.flatMap(fromQueue);
}

function fromRecording({ id, time, from, to }: ListedRecording): PbxSuggestion {
  return { value: id, label: `${new Date(time).toLocaleString()}  ${from ?? '–'} → ${to ?? '–'}` };
}

function fromMember({ extension, login, name }: Member): PbxSuggestion[] {
  const value = extension ?? login;
  return value ? [{ value, label: name ? `${value} – ${name}` : value }] : [];
}

function fromQueue({ id, name }: QueueStatus): PbxSuggestion[] {
  return id ? [{ value: id, label: name && name !== id ? `${id} – ${name}` : id }] : [];
}

/** An empty field offers its list at a click; Node-RED's own widget waits for a key, which nobody presses who does not know of it. */
export function offerAtClick(): void {
  $('.pbx-form').on('click', 'input.red-ui-autoComplete', function () {
    if ($(this).val() === '') $(this).trigger('keyup');
  });
}
