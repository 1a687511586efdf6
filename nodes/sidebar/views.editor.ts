/** The rows of the sidebar: an account, a call, a queue, an event. */

import type { MessageEvent, PbxEvent } from '../../lib/model';
import type { LiveAccount, LiveCall, LiveQueue } from '../shared/live';
import { element } from './keyed-list.editor';
import type { RowView } from './keyed-list.editor';
import { duration, label, partyText } from './words.editor';

const COLOURS: Readonly<Record<LiveAccount['state'], string>> = {
  connected: 'green',
  degraded: 'yellow',
  connecting: 'yellow',
  reconnecting: 'red',
  unauthorized: 'red',
  closed: 'grey',
};

export function accountRow(): RowView<LiveAccount> {
  const row = element('li', 'pbx-live-account');
  const dot = element('span', 'pbx-live-dot');
  const name = element('span', 'pbx-live-main');
  const state = element('span', 'pbx-live-side');
  const why = element('div', 'pbx-live-why');
  dot.setAttribute('aria-hidden', 'true');
  row.append(dot, name, state, why);
  return {
    element: row,
    show(account) {
      dot.dataset['colour'] = COLOURS[account.state];
      name.textContent = account.name === account.pbx ? account.name : `${account.name} · ${account.pbx}`;
      state.textContent = label(`state.${account.state}`);
      why.textContent = account.reason ?? '';
    },
  };
}

export function callRow(hangUp: ((call: LiveCall, button: HTMLButtonElement) => void) | null): RowView<LiveCall> {
  const row = element('li', 'pbx-live-call');
  const arrow = element('i', 'fa');
  const who = element('span', 'pbx-live-main');
  const time = element('span', 'pbx-live-time');
  const state = element('div', 'pbx-live-why');
  arrow.setAttribute('aria-hidden', 'true');
  row.append(arrow, who, time);
  let shown: LiveCall | null = null;
  if (hangUp) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'red-ui-button red-ui-button-small pbx-live-hangup';
    button.title = label('hangup');
    button.setAttribute('aria-label', label('hangup'));
    button.append(element('i', 'fa fa-stop'));
    button.addEventListener('click', () => shown && hangUp(shown, button));
    row.append(button);
  }
  row.append(state);
  let since = 0;
  return {
    element: row,
    show(call) {
      shown = call;
      since = Date.parse(call.answeredAt ?? call.startedAt);
      const icons = { inbound: 'fa-arrow-down', outbound: 'fa-arrow-up', internal: 'fa-exchange', unknown: 'fa-phone' };
      arrow.className = `fa ${icons[call.direction]}`;
      arrow.title = label(`direction.${call.direction}`);
      who.textContent = `${partyText(call.from)} → ${partyText(call.answeredBy ?? call.to)}`;
      row.dataset['state'] = call.state;
      const words = [label(`call.${call.state}`)];
      if (call.queue) words.push(label('inQueue', { queue: call.queue }));
      state.textContent = words.join(' · ');
    },
    tick(now) {
      time.textContent = duration(now - since);
    },
  };
}

export function queueRow(): RowView<LiveQueue> {
  const row = element('li', 'pbx-live-queue');
  const name = element('span', 'pbx-live-main');
  const waiting = element('span', 'pbx-live-side');
  const callers = element('div', 'pbx-live-why');
  const members = element('div', 'pbx-live-members');
  row.append(name, waiting, callers, members);
  return {
    element: row,
    show(queue) {
      name.textContent = queue.name && queue.name !== queue.id ? `${queue.name} (${queue.id})` : queue.id;
      waiting.textContent = label('waiting', { count: queue.waiting ?? queue.callers.length });
      callers.textContent = queue.callers.map(({ from }) => from ?? '–').join(', ');
      members.replaceChildren(
        ...queue.members.map(({ extension, name: who, paused }) => {
          const member = element(
            'span',
            'pbx-live-member',
            who && extension ? `${extension} ${who}` : (extension ?? who ?? '–'),
          );
          if (paused) {
            member.classList.add('pbx-live-paused');
            member.title = label('paused');
            member.prepend(element('i', 'fa fa-pause'), ' ');
          }
          return member;
        }),
      );
    },
  };
}

/** A click opens the message as a flow gets it. */
export function eventRow(event: PbxEvent, language: string): HTMLElement {
  const row = element('li', 'pbx-live-event');
  const head = document.createElement('button');
  head.type = 'button';
  head.className = 'pbx-live-event-head';
  head.setAttribute('aria-expanded', 'false');
  const time = new Date(event.time).toLocaleTimeString(language);
  head.append(
    element('span', 'pbx-live-time', time),
    element('span', 'pbx-live-main', event.type),
    element('span', 'pbx-live-side', subject(event)),
  );
  row.append(head);
  let details: HTMLElement | null = null;
  head.addEventListener('click', () => {
    if (details) {
      details.remove();
      details = null;
    } else {
      details = message(event);
      row.append(details);
    }
    head.setAttribute('aria-expanded', String(details !== null));
  });
  return row;
}

function message(event: PbxEvent): HTMLElement {
  const box = element('div', 'pbx-live-message');
  const text = JSON.stringify({ topic: event.type, payload: event }, null, 2);
  const copy = document.createElement('button');
  copy.type = 'button';
  copy.className = 'red-ui-button red-ui-button-small';
  copy.append(element('i', 'fa fa-clipboard'), ` ${label('copy')}`);
  copy.addEventListener('click', () => RED.clipboard.copyText(text, $(copy), label('copied')));
  const shown = element('pre', '', text);
  shown.tabIndex = 0;
  box.append(copy, shown);
  return box;
}

function subject(event: PbxEvent): string {
  if ('call' in event && event.call) return `${partyText(event.call.from)} → ${partyText(event.call.to)}`;
  if (event.type.startsWith('sms.')) return (event as MessageEvent).message.to ?? '';
  if ('member' in event && event.member) return event.member.extension ?? event.member.name ?? '';
  if ('reason' in event && event.reason && typeof event.reason === 'object' && 'text' in event.reason)
    return event.reason.text ?? '';
  return event.account;
}
