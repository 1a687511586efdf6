/**
 * The server's own link to Asterisk, as far as it can be told from here. The server does not notice when that link dies: it forgets it
 * only after a minute without requests, so requests are held back then, and one goes ahead to see. When it has no link it opens one for
 * every request that comes meanwhile, and leaves them all open: after a pause one request goes first and the others wait for it.
 */

import { randomBytes } from 'node:crypto';
import type { FlatEvent } from '../../asterisk-events';
import type { Clock, Timer } from '../../clock';
import { PbxError } from '../../model';
import { Lists } from './lists';
import type { Listing } from './lists';
import { isSilence, responseIn } from './refusals';
import type { Times } from './times';
import type { Way } from './way';
import type { AmiMethod, Json, Reply, ServerEvent } from './wire';

export interface AmiLinkOptions {
  account: string;
  clock: Clock;
  times: Times;
  /** @throws PbxError not-connected */
  way: () => Way;
  /** What is wrong with the link to Asterisk, or `null` when it is well again. */
  trouble: (error: PbxError | null) => void;
}

export interface AskOptions {
  effect: boolean;
  what: string;
  signal?: AbortSignal | undefined;
  /** What the server is given for Asterisk's answer, default 15 s. */
  amiMs?: number;
}

export interface Answer {
  response: FlatEvent;
  /** The server's reply. */
  raw: Json;
}

/** Values of an action: one line each, since the server cannot repeat a header. */
export type Fields = Readonly<Record<string, string | number | undefined>>;

export class AmiLink {
  readonly #options: AmiLinkOptions;
  readonly #lists: Lists;
  /** The last list did not come through: see `lists.ts`. */
  listsLost = false;
  /** No request has been answered by Asterisk since it was last silent. */
  #suspect: PbxError | null = null;
  #trouble: PbxError | null = null;
  #again: Timer | null = null;
  #askedAt = -Infinity;
  #answeredAt = -Infinity;
  #ahead: Promise<unknown> | null = null;
  #closed = false;

  constructor(options: AmiLinkOptions) {
    this.#options = options;
    this.#lists = new Lists(options.clock);
  }

  /** Whether requests are held back. */
  get suspect(): boolean {
    return this.#suspect !== null;
  }

  /** @returns whether the event belongs to a list and to nobody else */
  hear(event: ServerEvent): boolean {
    return this.#lists.hear(event);
  }

  /** The connection to the server is gone. */
  cut(): void {
    this.#lists.end();
  }

  close(): void {
    this.#closed = true;
    this.#again?.cancel();
    this.#lists.end();
  }

  newActionId(): string {
    return `pbxflow-${randomBytes(8).toString('hex')}`;
  }

  /** @throws PbxError what the server or Asterisk refused, `uncertain` and `timeout` when nobody answered */
  async ask(method: AmiMethod, argument: Json, options: AskOptions): Promise<Answer> {
    const { account } = this.#options;
    const reply = await this.#inTurn(method, argument, options);
    return { response: responseIn(reply, { account, ...options }), raw: reply.message };
  }

  /** One manager action. Asterisk's answer is always waited for: without it the server says "sent" of whatever it could not send. */
  async action(fields: Fields, options: AskOptions & { actionId?: string }): Promise<Answer> {
    const { actionId = this.newActionId(), amiMs = this.#options.times.amiMs } = options;
    return this.ask(
      'send',
      { fields: { ...fields, actionId }, callbackAwait: 1, timeout: amiMs },
      { ...options, amiMs },
    );
  }

  /** An action whose answer is a list. */
  async list(fields: Fields, options: Omit<AskOptions, 'effect'>): Promise<Answer & Listing> {
    const { account, times, way } = this.#options;
    if (!way().events)
      throw new PbxError('not-connected', `"${account}": ${options.what} needs the WebSocket connection.`, { account });
    const actionId = this.newActionId();
    const gathering = this.#lists.gather(actionId);
    try {
      const answer = await this.action(fields, { ...options, effect: false, actionId });
      const listing = await gathering.finished(times.eventMs, times.listMs);
      this.listsLost = !listing.complete && listing.items.length === 0;
      if (this.listsLost)
        throw new PbxError(
          'unavailable',
          `"${account}": Asterisk's list of ${options.what} does not come through. vwell-bpx-srv asks on another connection than the one whose events it delivers; that lasts until it is restarted.`,
          { account },
        );
      if (!listing.complete)
        throw new PbxError('timeout', `"${account}": the list of ${options.what} did not come to its end.`, {
          account,
        });
      return { ...answer, ...listing };
    } finally {
      gathering.drop();
    }
  }

  /** An action that is not known to be a list: what carries its id is gathered when Asterisk announces a list. */
  async anything(argument: Json, actionId: string, options: AskOptions): Promise<Answer & Partial<Listing>> {
    const gathering = this.#lists.gather(actionId);
    try {
      const answer = await this.ask('send', argument, options);
      if (!announcesList(answer.response) || !this.#options.way().events) return answer;
      return { ...answer, ...(await gathering.finished(this.#options.times.eventMs, this.#options.times.listMs)) };
    } finally {
      gathering.drop();
    }
  }

  async #inTurn(method: AmiMethod, argument: Json, options: AskOptions): Promise<Reply> {
    const { clock, times } = this.#options;
    while (this.#ahead) await this.#ahead.catch(() => undefined);
    if (this.#suspect) throw this.#heldBack(options.what);
    if (clock.now() - this.#askedAt < times.idleMs) return this.#send(method, argument, options);
    const first = this.#send(method, argument, options);
    const ahead = first.then(
      () => undefined,
      () => undefined,
    );
    this.#ahead = ahead;
    void ahead.then(() => {
      if (this.#ahead === ahead) this.#ahead = null;
    });
    return first;
  }

  async #send(method: AmiMethod, argument: Json, options: AskOptions): Promise<Reply> {
    const { clock, times, way } = this.#options;
    const sentAt = clock.now();
    this.#askedAt = sentAt;
    const { amiMs = times.amiMs } = options;
    const reply = await way().request(method, argument, { ...options, timeoutMs: times.replyMs + amiMs });
    this.#askedAt = clock.now();
    if (reply.event) this.#answered();
    else if (isSilence(reply.err) && this.#answeredAt < sentAt) this.#silent(this.#deadLink());
    else if (reply.err !== null && reply.err.startsWith('MBPX.login(): ')) this.#noLogin(reply, options);
    return reply;
  }

  #answered(): void {
    this.#answeredAt = this.#options.clock.now();
    if (!this.#trouble) return;
    this.#again?.cancel();
    this.#suspect = null;
    this.#trouble = null;
    this.#options.trouble(null);
  }

  #silent(error: PbxError): void {
    this.#suspect = error;
    this.#ill(error);
  }

  /** The server says so itself and nothing was sent: nothing need be held back, but it is looked for whether Asterisk is there again. */
  #noLogin(reply: Reply, options: AskOptions): void {
    try {
      responseIn(reply, { account: this.#options.account, ...options });
    } catch (error) {
      this.#ill(PbxError.from(error));
    }
  }

  #ill(error: PbxError): void {
    const { clock, times, trouble } = this.#options;
    if (this.#closed) return;
    this.#trouble = error;
    trouble(error);
    this.#again?.cancel();
    this.#again = clock.after(times.restMs, () => void this.#tryOnce());
  }

  /** After the rest one request goes ahead. */
  async #tryOnce(): Promise<void> {
    const { amiMs } = this.#options.times;
    const argument = { fields: { action: 'Ping' }, callbackAwait: 1, timeout: amiMs };
    try {
      const reply = await this.#send('send', argument, { effect: false, what: 'Ping' });
      // Every other error leaves things as they were.
      if (!reply.event && !isSilence(reply.err) && this.#trouble) this.#ill(this.#trouble);
    } catch (error) {
      this.#ill(this.#trouble ?? PbxError.from(error));
    }
  }

  #deadLink(): PbxError {
    const { account } = this.#options;
    return new PbxError(
      'unavailable',
      `"${account}": Asterisk does not answer vwell-bpx-srv; its link may be dead. Commands are held back for a minute, then it is tried again. If events stay away afterwards, restart vwell-bpx-srv.`,
      { account },
    );
  }

  #heldBack(what: string): PbxError {
    const { account } = this.#options;
    return new PbxError(
      'unavailable',
      `"${account}": ${what} was not sent: the link of vwell-bpx-srv to Asterisk is dead and recovers only while nothing is sent. It is tried again within a minute.`,
      { account },
    );
  }
}

function announcesList(response: FlatEvent): boolean {
  return (
    response.get('eventlist')?.toLowerCase() === 'start' ||
    /will follow|listing follows/i.test(response.get('message') ?? '')
  );
}
