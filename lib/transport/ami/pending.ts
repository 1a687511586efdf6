/**
 * The actions that wait for an answer, by ActionID. Decides for every answer and every event with an ActionID of this
 * session whose it is: the answer of an action, an item of a running list, or neither (a live event that merely carries
 * the id, such as OriginateResponse).
 */
import type { Clock, Timer } from '../../clock';
import { PbxError } from '../../model/errors';
import type { AmiReply } from './action';
import type { AmiMessage } from './message';
import { refusal } from './refusal';

export interface PendingLimits {
  /** Actions that may wait at the same time. */
  maxPending: number;
  /** Items a list may have before it is given up. */
  maxListItems: number;
}

export interface PendingRequest {
  id: string;
  name: string;
  /** The action changes something, so that after a lost answer nobody knows whether it happened. */
  effect: boolean;
  /** A list is expected, also one of an old version that does not mark it with `EventList: start`. */
  list: boolean;
  timeoutMs: number;
  signal: AbortSignal | undefined;
  /** The answer as it is, an error too: for login, which has its own words for refusals. */
  asIs: boolean;
}

interface Waiting extends PendingRequest {
  written: boolean;
  response: AmiMessage | null;
  items: AmiMessage[];
  timer: Timer;
  takeBack: () => void;
  forget: () => void;
  resolve: (reply: AmiReply) => void;
  reject: (error: PbxError) => void;
}

/** How many lists given up are remembered, so that their late items are not taken for live events. */
const MAX_ABANDONED = 256;

export class PendingActions {
  /** Answers and list items that came after their action was given up. */
  late = 0;
  readonly #waiting = new Map<string, Waiting>();
  readonly #abandoned = new Set<string>();
  readonly #clock: Clock;
  readonly #account: string;
  readonly #limits: PendingLimits;

  constructor(clock: Clock, account: string, limits: PendingLimits) {
    this.#clock = clock;
    this.#account = account;
    this.#limits = limits;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Whether blocks with ids of this session must be looked at even if nobody wants the event. */
  get watching(): boolean {
    return this.#waiting.size > 0 || this.#abandoned.size > 0;
  }

  /**
   * @param send puts the action on its way; gets what to call when it is written, gives back how to withdraw it, or null
   *   when there is no room
   */
  add(request: PendingRequest, send: (written: () => void) => (() => void) | null): Promise<AmiReply> {
    if (this.#waiting.size >= this.#limits.maxPending) {
      return Promise.reject(
        this.#error('rate-limited', request, `${this.#waiting.size} actions already wait for Asterisk's answer.`),
      );
    }
    const { signal } = request;
    if (signal?.aborted) return Promise.reject(this.#givenUp(request, false, signal));
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        if (signal) this.#abandon(waiting, this.#givenUp(waiting, waiting.written, signal));
      };
      const waiting: Waiting = {
        ...request,
        written: false,
        response: null,
        items: [],
        timer: this.#clock.after(request.timeoutMs, () => this.#abandon(waiting, this.#timedOut(waiting))),
        takeBack: () => undefined,
        forget: () => signal?.removeEventListener('abort', onAbort),
        resolve,
        reject,
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiting.set(request.id, waiting);
      const takeBack = send(() => {
        waiting.written = true;
      });
      if (takeBack) waiting.takeBack = takeBack;
      else {
        this.#settle(waiting);
        reject(this.#error('rate-limited', request, 'too much waits to be written to Asterisk.'));
      }
    });
  }

  /** @returns false when nobody waits for this answer */
  response(message: AmiMessage): boolean {
    const id = message.get('actionid');
    if (id === undefined) return false;
    const waiting = this.#waiting.get(id);
    if (!waiting || waiting.response) {
      if (!this.#abandoned.has(id)) return waiting !== undefined;
      this.late++;
      // An action given up before its answer: only a list has more to come.
      if (!startsList(message, true)) this.#abandoned.delete(id);
      return true;
    }
    if (message.name.toLowerCase() === 'error' && !waiting.asIs) {
      this.#settle(waiting);
      waiting.reject(refusal(message, this.#account, waiting.name));
    } else if (startsList(message, waiting.list)) waiting.response = message;
    else {
      this.#settle(waiting);
      waiting.resolve({ actionId: id, response: message, items: [], complete: null });
    }
    return true;
  }

  /** @returns whether the event belongs to a list, running or given up, and must go no further */
  item(id: string, event: AmiMessage): boolean {
    const waiting = this.#waiting.get(id);
    if (!waiting) {
      if (!this.#abandoned.has(id)) return false;
      if (endsList(event)) this.#abandoned.delete(id);
      else if (isLiveEvent(event)) return false;
      this.late++;
      return true;
    }
    const { response } = waiting;
    if (!response) return false;
    if (endsList(event)) {
      this.#settle(waiting);
      waiting.resolve({ actionId: id, response, items: waiting.items, complete: event });
      return true;
    }
    if (waiting.items.length >= this.#limits.maxListItems) {
      const text = `the list has more than ${this.#limits.maxListItems} items.`;
      this.#abandon(waiting, this.#error('protocol', waiting, text));
    } else waiting.items.push(event);
    return true;
  }

  /** The connection is over: every action is released. @param why half a sentence, such as "the connection was lost" */
  releaseAll(why: string): void {
    for (const waiting of this.#waiting.values()) {
      this.#settle(waiting);
      waiting.reject(this.#released(waiting, why));
    }
    this.#abandoned.clear();
  }

  #settle(waiting: Waiting): void {
    this.#waiting.delete(waiting.id);
    waiting.timer.cancel();
    waiting.forget();
  }

  #abandon(waiting: Waiting, error: PbxError): void {
    this.#settle(waiting);
    if (waiting.written) {
      this.#abandoned.add(waiting.id);
      if (this.#abandoned.size > MAX_ABANDONED) {
        for (const oldest of this.#abandoned) {
          this.#abandoned.delete(oldest);
          break;
        }
      }
    } else waiting.takeBack();
    waiting.reject(error);
  }

  #released(waiting: Waiting, why: string): PbxError {
    if (waiting.written && waiting.effect) {
      return this.#error('uncertain', waiting, `${why} before Asterisk answered. It may have been done or not.`);
    }
    return this.#error('not-connected', waiting, `${why} before Asterisk answered.`);
  }

  #timedOut(waiting: Waiting): PbxError {
    const seconds = waiting.timeoutMs / 1000;
    if (!waiting.written) return this.#error('timeout', waiting, `it could not be sent within ${seconds} s.`);
    if (!waiting.effect) return this.#error('timeout', waiting, `Asterisk did not answer within ${seconds} s.`);
    return this.#error(
      'uncertain',
      waiting,
      `Asterisk did not answer within ${seconds} s. It may have been done or not.`,
    );
  }

  #givenUp(request: PendingRequest, written: boolean, signal: AbortSignal): PbxError {
    if (written && request.effect) {
      return this.#error(
        'uncertain',
        request,
        'it was given up before Asterisk answered. It may have been done or not.',
      );
    }
    if (signal.reason instanceof PbxError)
      return signal.reason.within({ account: this.#account, command: request.name });
    return this.#error('timeout', request, 'it was given up before Asterisk answered.');
  }

  #error(
    code: 'rate-limited' | 'uncertain' | 'not-connected' | 'timeout' | 'protocol',
    request: PendingRequest,
    text: string,
  ): PbxError {
    return new PbxError(code, `${request.name} on "${this.#account}": ${text}`, {
      account: this.#account,
      command: request.name,
    });
  }
}

/** Asterisk 13 and later mark a list; older versions only say so in words ("Queue status will follow"). */
function startsList(response: AmiMessage, expected: boolean): boolean {
  const marked = response.get('eventlist');
  if (marked !== undefined) return marked.toLowerCase() === 'start';
  return expected && response.name.toLowerCase() === 'success' && /will follow/i.test(response.get('message') ?? '');
}

function endsList(event: AmiMessage): boolean {
  const marked = event.get('eventlist');
  if (marked !== undefined) return /^(?:complete|cancelled)$/i.test(marked);
  return event.name.endsWith('Complete');
}

/** Events that come of an action long after its answer and carry its id; they are no list items. */
function isLiveEvent(event: AmiMessage): boolean {
  return event.name === 'OriginateResponse' || event.name === 'UserEvent';
}
