/** An account over the fake MANGO on a virtual clock, seen as a flow sees it. */

import assert from 'node:assert/strict';
import { PbxAccount, PbxError, TOPICS, VirtualClock } from '../../../lib/index';
import type { AccountOptions, AccountStatus, CallEvent, PbxEvent, Topic } from '../../../lib/index';
import { mango } from '../../../lib/providers/mango';
import { MangoServer } from '../../fakes/mango-server';

export interface Office {
  readonly pbx: MangoServer;
  readonly account: PbxAccount;
  readonly clock: VirtualClock;
  /** Everything the account said. */
  readonly events: PbxEvent[];
  /** The PBX's own message of each event, in the same order. */
  readonly raws: unknown[];
  readonly states: AccountStatus[];
  /** What the log was told of answered requests and the like. */
  readonly log: string[];
  of<T extends PbxEvent = PbxEvent>(...topics: Topic[]): T[];
  /** The events of calls and queues in words. */
  story(): string[];
  /** Lets real time pass until the condition holds: for what goes through a socket. */
  until(what: string, condition: () => boolean): Promise<void>;
  close(): Promise<void>;
}

/** Opens the account and lets the PBX post to it. */
export async function openOffice(
  config: Record<string, unknown> = {},
  { topics = Object.values(TOPICS).flat(), ...options }: Partial<AccountOptions> & { topics?: readonly Topic[] } = {},
): Promise<Office> {
  const clock = new VirtualClock();
  const pbx = await MangoServer.listen(clock);
  const log: string[] = [];
  const note = (text: string): void => void log.push(text);
  const account = new PbxAccount({
    name: 'Office',
    provider: 'mango',
    config: { url: pbx.url, apiKey: pbx.apiKey, apiSalt: pbx.apiSalt, ...config },
    clock,
    dialLimit: 10_000,
    providers: [mango],
    logger: { error: note, warn: note, info: note, debug: note },
    ...options,
  });
  pbx.deliver = (request) => account.webhook(request);
  const events: PbxEvent[] = [];
  const raws: unknown[] = [];
  const states: AccountStatus[] = [];
  account.subscribe({ topics, raw: true }, (event, raw) => {
    events.push(event);
    raws.push(raw);
  });
  account.onStatus((status) => states.push(status));
  account.open();
  return {
    pbx,
    account,
    clock,
    events,
    raws,
    states,
    log,
    of: <T extends PbxEvent>(...topics: Topic[]) => events.filter(({ type }) => topics.includes(type)) as T[],
    story: () => events.filter(({ type }) => /^(?:call|queue)\./.test(type)).map(words),
    until: eventually,
    async close() {
      await account.close();
      await pbx.close();
    },
  };
}

function words(event: PbxEvent): string {
  const { type } = event;
  const more: (string | null | undefined)[] = [];
  if ('queue' in event) {
    const reason = event.reason ? ` ${event.reason}` : '';
    more.push(event.queue.id + reason, event.member?.extension);
  } else if ('call' in event) {
    const { call, ringing, transfer, digits } = event as CallEvent;
    if (type === 'call.begin') more.push(call.direction);
    if (type === 'call.ringing') more.push(ringing?.extension ?? ringing?.number);
    if (type === 'call.answer') more.push(call.answeredBy?.extension ?? call.answeredBy?.number);
    if (type === 'call.transfer') more.push(transfer?.mode, transfer?.to.extension ?? transfer?.to.number);
    if (type === 'call.end') more.push(call.disposition);
    if (type === 'call.dtmf') more.push(digits);
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

/** Settles the promise while the virtual time goes on, for what waits by the clock between requests over a socket. */
export async function passing<T>(clock: VirtualClock, promise: Promise<T>, stepMs = 250): Promise<T> {
  const progress = { over: false };
  const settled = () => {
    progress.over = true;
  };
  promise.then(settled, settled);
  while (!progress.over) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (!progress.over) clock.advance(stepMs);
  }
  return promise;
}

/** A command as sent, without the id that is new each time. */
export function withoutId({ command_id: id, ...rest }: Record<string, unknown>): Record<string, unknown> {
  assert.match(String(id), /^[0-9a-f]{32}$/);
  return rest;
}

export async function rejects(promise: Promise<unknown>, code: PbxError['code'], text?: RegExp): Promise<PbxError> {
  let caught: unknown = null;
  await promise.catch((error: unknown) => (caught = error));
  assert.ok(caught instanceof PbxError, `${String(caught)} is no PbxError`);
  assert.equal(caught.code, code, caught.message);
  if (text) assert.match(caught.message, text);
  return caught;
}
