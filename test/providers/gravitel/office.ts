/** An account over the fake cloud PBX on a virtual clock, seen as a flow sees it. */

import assert from 'node:assert/strict';
import { PbxAccount, PbxError, TOPICS, VirtualClock } from '../../../lib/index';
import type { AccountOptions, AccountStatus, CallEvent, PbxEvent, Topic } from '../../../lib/index';
import { gravitel } from '../../../lib/providers/gravitel';
import { GravitelServer } from '../../fakes/gravitel-server';
import type { FakeDialect } from '../../fakes/gravitel-server';

export interface Office {
  readonly pbx: GravitelServer;
  readonly account: PbxAccount;
  readonly clock: VirtualClock;
  readonly events: PbxEvent[];
  /** The PBX's own message of each event, in the same order. */
  readonly raws: unknown[];
  readonly states: AccountStatus[];
  of<T extends PbxEvent = PbxEvent>(...topics: Topic[]): T[];
  /** The events of calls and queues in words. */
  story(): string[];
  until(what: string, condition: () => boolean): Promise<void>;
  /** Lets this much time pass, with the requests that fall into it. */
  pass(ms: number): Promise<void>;
  close(): Promise<void>;
}

export async function openOffice(
  dialect: FakeDialect,
  config: Record<string, unknown> = {},
  options: Partial<AccountOptions> & { ready?: boolean } = {},
): Promise<Office> {
  const { ready = true, ...more } = options;
  const clock = new VirtualClock(Date.parse('2026-03-01T09:15:00Z'));
  const pbx = await GravitelServer.listen(dialect, clock);
  const account = new PbxAccount({
    name: 'Office',
    provider: 'gravitel',
    config: { url: pbx.url, apiKey: pbx.key, crmToken: pbx.crmToken, dialect, ...config },
    clock,
    random: () => 0.5,
    dialLimit: 10_000,
    providers: [gravitel],
    ...more,
  });
  pbx.deliver = (request) => account.webhook(request);
  const events: PbxEvent[] = [];
  const raws: unknown[] = [];
  const states: AccountStatus[] = [];
  account.subscribe({ topics: Object.values(TOPICS).flat(), raw: true }, (event, raw) => {
    events.push(event);
    raws.push(raw);
  });
  account.onStatus((status) => states.push(status));
  account.open();
  const office: Office = {
    pbx,
    account,
    clock,
    events,
    raws,
    states,
    of: <T extends PbxEvent>(...topics: Topic[]) => events.filter(({ type }) => topics.includes(type)) as T[],
    story: () => events.filter(({ type }) => /^(?:call|queue)\./.test(type)).map(words),
    until: eventually,
    pass: (ms) => pass(clock, ms),
    async close() {
      await account.close();
      await pbx.close();
    },
  };
  if (ready) await eventually('the account is connected', () => account.status.state === 'connected');
  return office;
}

/** One step a second while it is about seconds, longer ones for minutes; between them the sockets have their turn. */
export async function pass(clock: VirtualClock, ms: number): Promise<void> {
  const step = Math.max(1_000, ms / 40);
  for (let left = ms; left > 0; left -= step) {
    clock.advance(Math.min(step, left));
    await idle();
  }
}

/** Real time for a few round trips over the loopback. */
async function idle(): Promise<void> {
  for (let turn = 0; turn < 6; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
}

function words(event: PbxEvent): string {
  const { type } = event;
  const more: (string | null | undefined)[] = [];
  if ('queue' in event) {
    more.push(event.queue.id, event.reason, event.member?.extension);
  } else if ('call' in event) {
    const { call, ringing, transfer } = event as CallEvent;
    if (type === 'call.begin') more.push(call.direction);
    if (type === 'call.ringing') more.push(ringing?.extension ?? ringing?.number);
    if (type === 'call.answer') more.push(call.answeredBy?.extension ?? call.answeredBy?.number);
    if (type === 'call.transfer') more.push(transfer?.mode, transfer?.to.extension ?? transfer?.to.number);
    if (type === 'call.end') more.push(call.disposition);
  }
  const inferred = 'inferred' in event ? '(inferred)' : null;
  return [type.replace(/^call\./, ''), ...more, inferred].filter(Boolean).join(' ');
}

/** A condition, never a fixed time. */
export async function eventually(what: string, condition: () => boolean, limitMs = 5_000): Promise<void> {
  const end = Date.now() + limitMs;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

export async function rejects(promise: Promise<unknown>, code: PbxError['code'], text?: RegExp): Promise<PbxError> {
  let caught: unknown = null;
  await promise.catch((error: unknown) => (caught = error));
  assert.ok(caught instanceof PbxError, `${String(caught)} is no PbxError`);
  assert.equal(caught.code, code, caught.message);
  if (text) assert.match(caught.message, text);
  return caught;
}
