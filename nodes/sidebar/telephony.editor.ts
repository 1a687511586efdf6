/** The content of the sidebar, and when it listens: only while somebody can see it. */

import type { LiveAccount, LiveCall, LiveFrame } from '../shared/live';
import { KeyedList, element } from './keyed-list.editor';
import { LiveStreamReader, authorization } from './stream.editor';
import { accountRow, callRow, eventRow, queueRow } from './views.editor';
import { label } from './words.editor';

const MAX_EVENTS = 100;

export class TelephonySidebar {
  readonly element: HTMLElement;
  readonly #accounts = new Map<string, LiveAccount>();
  readonly #accountList: KeyedList<LiveAccount>;
  readonly #calls: KeyedList<LiveCall>;
  readonly #queues: KeyedList<Parameters<ReturnType<typeof queueRow>['show']>[0]>;
  readonly #events: HTMLElement;
  readonly #notice: HTMLElement;
  readonly #counts = new Map<string, HTMLElement>();
  readonly #empty = new Map<string, HTMLElement>();
  readonly #form: HTMLFormElement;
  readonly #callFrom: HTMLSelectElement;
  readonly #reader = new LiveStreamReader(
    (frame) => this.#show(frame),
    (status) => this.#lost(status),
  );
  #clock: ReturnType<typeof setInterval> | undefined;
  /** The runtime's clock minus the browser's. */
  #ahead = 0;

  constructor() {
    this.element = element('div', 'pbx-live');
    this.#notice = element('div', 'pbx-live-notice');
    this.#notice.setAttribute('role', 'status');
    this.element.append(this.#notice);
    this.#accountList = new KeyedList(this.#section('accounts'), accountRow);
    this.#callFrom = document.createElement('select');
    this.#form = this.#testCall();
    this.#calls = new KeyedList(this.#section('calls'), (call) => callRow(this.#hangUpFor(call)));
    this.#queues = new KeyedList(this.#section('queues'), queueRow);
    this.#events = this.#section('events');
    // Seen or not is all that counts: another tab of the sidebar, a closed sidebar and a browser tab in the back are the same.
    const seen = new IntersectionObserver((entries) => this.#seen(Boolean(entries.at(-1)?.isIntersecting)));
    seen.observe(this.element);
    document.addEventListener('visibilitychange', () =>
      this.#seen(!document.hidden && this.element.getClientRects().length > 0),
    );
  }

  #section(name: 'accounts' | 'calls' | 'queues' | 'events'): HTMLElement {
    const section = element('section', 'pbx-live-section');
    const heading = element('h4', '', label(`section.${name}`));
    const count = element('span', 'pbx-live-count');
    heading.append(' ', count);
    heading.id = `pbx-live-${name}`;
    const list = element('ul', '');
    list.setAttribute('aria-labelledby', heading.id);
    const empty = element('p', 'pbx-live-empty', label(`empty.${name}`));
    section.append(heading, list, empty);
    this.#counts.set(name, count);
    this.#empty.set(name, empty);
    this.element.append(section);
    return list;
  }

  #seen(visible: boolean): void {
    if (visible === (this.#clock !== undefined)) return;
    if (visible) {
      this.#clock = setInterval(() => this.#calls.tick(this.#now()), 1_000);
      this.#reader.start();
    } else {
      clearInterval(this.#clock);
      this.#clock = undefined;
      this.#reader.stop();
    }
  }

  #now(): number {
    return Date.now() + this.#ahead;
  }

  #show(frame: LiveFrame): void {
    this.#ahead = frame.now - Date.now();
    if (frame.fresh) {
      this.#notice.textContent = '';
      this.#calls.clear();
      this.#queues.clear();
    }
    if (frame.accounts) this.#showAccounts(frame.accounts);
    for (const id of frame.ended ?? []) this.#calls.delete(id);
    for (const call of frame.calls ?? []) this.#calls.set(`${call.account}/${call.id}`, call);
    for (const { account, list } of frame.queues ?? []) {
      const there = new Set(list.map(({ id }) => `${account}/${id}`));
      this.#queues.drop((key) => key.startsWith(`${account}/`) && !there.has(key));
      for (const queue of list) this.#queues.set(`${account}/${queue.id}`, queue);
    }
    if (frame.events) {
      const language = label('language');
      for (const event of frame.events) this.#events.prepend(eventRow(event, language));
      while (this.#events.children.length > MAX_EVENTS) this.#events.lastElementChild?.remove();
    }
    this.#calls.tick(this.#now());
    this.#count();
  }

  #showAccounts(accounts: readonly LiveAccount[]): void {
    this.#accounts.clear();
    for (const account of accounts) {
      this.#accounts.set(account.id, account);
      this.#accountList.set(account.id, account);
    }
    this.#accountList.keep(new Set(this.#accounts.keys()));
    const callers = accounts.filter(({ can }) => can.call);
    const chosen = this.#callFrom.value;
    this.#callFrom.replaceChildren(...callers.map(({ id, name }) => new Option(name, id, false, id === chosen)));
    this.#form.hidden = callers.length === 0 || !mayWrite();
  }

  #count(): void {
    const sizes = {
      accounts: this.#accounts.size,
      calls: this.#calls.size,
      queues: this.#queues.size,
      events: this.#events.children.length,
    };
    for (const [name, size] of Object.entries(sizes)) {
      const [count, empty] = [this.#counts.get(name), this.#empty.get(name)];
      if (count) count.textContent = size > 0 ? String(size) : '';
      if (empty) empty.hidden = size > 0;
    }
  }

  #lost(status: number): void {
    this.#notice.textContent = label(
      status === 401 || status === 403 ? 'forbidden' : status === 429 ? 'tooMany' : 'lost',
    );
  }

  #hangUpFor({ account }: LiveCall): ((call: LiveCall, button: HTMLButtonElement) => void) | null {
    if (!this.#accounts.get(account)?.can.hangup || !mayWrite()) return null;
    return (call, button) => {
      button.disabled = true;
      void this.#command('hangup', { account: call.account, call: call.id }).then((error) => {
        if (error) button.disabled = false;
        this.#notice.textContent = error ?? '';
      });
    };
  }

  /** From an extension to a number: the quickest proof that an account can call. */
  #testCall(): HTMLFormElement {
    const form = document.createElement('form');
    form.className = 'pbx-live-test';
    form.hidden = true;
    const [from, to] = [testField('from'), testField('to')];
    this.#callFrom.setAttribute('aria-label', label('test.account'));
    const button = document.createElement('button');
    button.type = 'submit';
    button.className = 'red-ui-button';
    button.append(element('i', 'fa fa-phone'), ` ${label('test.call')}`);
    form.append(this.#callFrom, from, to, button);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const missing = [from, to].find(({ value }) => value.trim() === '');
      if (missing) return missing.focus();
      button.disabled = true;
      const order = { account: this.#callFrom.value, from: from.value, to: to.value };
      void this.#command('call', order).then((error) => {
        button.disabled = false;
        this.#notice.textContent = error ?? label('test.placed');
      });
    });
    this.element.append(form);
    return form;
  }

  /** Resolves with what went wrong, or `null`. */
  async #command(name: 'call' | 'hangup', body: Record<string, string>): Promise<string | null> {
    try {
      const response = await fetch(`pbx-account/live/${name}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...authorization() },
        body: JSON.stringify(body),
      });
      if (response.ok) return null;
      const { reason } = (await response.json().catch(() => ({}))) as { reason?: string };
      return reason ?? label('failed', { status: response.status });
    } catch {
      return label('lost');
    }
  }
}

function mayWrite(): boolean {
  return RED.user.hasPermission('pbx-account.write');
}

function testField(name: 'from' | 'to'): HTMLInputElement {
  const input = document.createElement('input');
  input.type = 'text';
  input.placeholder = label(`test.${name}`);
  input.setAttribute('aria-label', label(`test.${name}`));
  return input;
}
