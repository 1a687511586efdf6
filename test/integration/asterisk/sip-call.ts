/**
 * One call of the test phone, either direction: a SIP dialog with its states as promises.
 * Facts: RFC 3261 (dialog, CANCEL), RFC 3515 (REFER), RFC 3891 (Replaces).
 */
import type { SipPhone } from './sip-phone';
import { Mailbox } from './mailbox';
import { PATIENCE_MS } from './patience';
import { addressOf, formatSip, nameOf, tagOf, token, userOf, type SipMessage } from './sip-message';

/** `progress` is early media (183). States only go forward. */
export type CallState = 'calling' | 'ringing' | 'progress' | 'answered' | 'ended';

export interface CallEnd {
  /** Who ended it: this phone, or the PBX. */
  readonly by: 'phone' | 'pbx';
  /** The status code that refused the call, 487 of a cancelled one, `null` of an answered one. */
  readonly status: number | null;
}

interface Watcher {
  readonly state: CallState;
  readonly settle: (reached: boolean) => void;
}

interface DialogParts {
  readonly callId: string;
  readonly local: string;
  readonly remote: string;
  readonly target: string;
  readonly invite?: SipMessage;
}

export class SipCall {
  readonly callId: string;
  /** Fragments that tell how a transfer by REFER goes: `SIP/2.0 200 OK`. */
  readonly transferProgress = new Mailbox<string>('a transfer notification');
  /** Resolves when the call is over, however it ended. Never rejects. */
  readonly ended: Promise<CallEnd>;

  readonly #phone: SipPhone;
  readonly #invite: SipMessage | undefined;
  readonly #local: string;
  readonly #reached = new Set<CallState>(['calling']);
  readonly #watchers = new Set<Watcher>();
  #resolveEnded: (end: CallEnd) => void = () => undefined;
  readonly #acknowledgement: Promise<void>;
  #acknowledged: (() => void) | undefined;
  #remote: string;
  #target: string;
  #farMedia = '';
  #pendingInvite: { branch: string; cseq: number } | undefined;
  #cancelWanted = false;
  #stopMedia: (() => void) | undefined;

  private constructor(phone: SipPhone, parts: DialogParts) {
    this.#phone = phone;
    this.callId = parts.callId;
    this.#local = parts.local;
    this.#remote = parts.remote;
    this.#target = parts.target;
    this.#invite = parts.invite;
    this.#farMedia = parts.invite?.body ?? '';
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    this.#acknowledgement = new Promise((resolve) => {
      this.#acknowledged = resolve;
    });
  }

  static outgoing(phone: SipPhone, number: string, uri: string, headers: readonly string[]): SipCall {
    const call = new SipCall(phone, {
      callId: token(8),
      local: phone.address(token()),
      remote: `<sip:${number}@127.0.0.1>`,
      target: uri,
    });
    void call.#start(headers);
    return call;
  }

  static incoming(phone: SipPhone, invite: SipMessage): SipCall {
    return new SipCall(phone, {
      callId: invite.header('call-id'),
      local: `${invite.header('to')};tag=${token()}`,
      remote: invite.header('from'),
      target: addressOf(invite.header('contact')),
      invite,
    });
  }

  /** Number of the far end as the PBX shows it on this phone. */
  get callerNumber(): string {
    return userOf(this.#remote);
  }

  get callerName(): string {
    return nameOf(this.#remote);
  }

  /** The number that this phone was called by: the user part of the request. */
  get calledNumber(): string {
    return userOf(this.#invite?.uri ?? this.#remote);
  }

  get state(): CallState {
    for (const state of ['ended', 'answered', 'progress', 'ringing'] as const) {
      if (this.#reached.has(state)) return state;
    }
    return 'calling';
  }

  /** Waits until the call has been in `state`; fails when it ends before, or after `timeoutMs`. */
  async until(state: CallState, timeoutMs = PATIENCE_MS): Promise<this> {
    if (this.#reached.has(state)) return this;
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string): void => {
        reject(new Error(`call of phone ${this.#phone.user} did not become ${state}: ${why}`));
      };
      const deadline = setTimeout(() => {
        this.#watchers.delete(watcher);
        fail(`still ${this.state} after ${timeoutMs} ms`);
      }, timeoutMs);
      const watcher: Watcher = {
        state,
        settle: (reached) => {
          clearTimeout(deadline);
          if (reached) resolve();
          else fail('it ended');
        },
      };
      if (this.#reached.has('ended')) {
        watcher.settle(false);
        return;
      }
      this.#watchers.add(watcher);
    });
    return this;
  }

  // ---------------------------------------------------------------- the called side

  ring(): this {
    this.#answerInvite(180, 'Ringing');
    this.#reach('ringing');
    return this;
  }

  /** 183 with a session description: early media. */
  progress(): this {
    this.#phone.reply(this.#needInvite(), 183, 'Session Progress', {
      toTag: tagOf(this.#local),
      body: this.#phone.session('sendrecv'),
    });
    this.#reach('progress');
    return this;
  }

  answer(): this {
    this.#phone.reply(this.#needInvite(), 200, 'OK', {
      toTag: tagOf(this.#local),
      body: this.#phone.session('sendrecv'),
    });
    this.#reach('answered');
    return this;
  }

  /** 486 is busy, 603 declines, 480 is not available. */
  reject(status = 486, reason = 'Busy Here'): void {
    this.#answerInvite(status, reason);
    this.#end({ by: 'phone', status });
  }

  /** 302: the phone forwards the call to another number. */
  forward(number: string): void {
    this.#phone.reply(this.#needInvite(), 302, 'Moved Temporarily', {
      toTag: tagOf(this.#local),
      contact: `<sip:${number}@127.0.0.1>`,
    });
    this.#end({ by: 'phone', status: 302 });
  }

  // ---------------------------------------------------------------- the calling side

  /** Gives up an unanswered call; resolves when the PBX confirmed it. */
  async cancel(): Promise<void> {
    this.#cancelWanted = true;
    this.#sendCancel();
    await this.ended;
  }

  // ---------------------------------------------------------------- both sides

  async hangUp(): Promise<void> {
    if (this.state !== 'answered') return;
    // RFC 3261 15: the called side must not send BYE before its answer was acknowledged.
    if (this.#invite) await this.#acknowledgement;
    this.#end({ by: 'phone', status: null });
    await this.#request('BYE');
  }

  async hold(): Promise<void> {
    await this.#request('INVITE', { body: this.#phone.session('sendonly') });
  }

  async unhold(): Promise<void> {
    await this.#request('INVITE', { body: this.#phone.session('sendrecv') });
  }

  /** Sends digits one after the other as INFO, which Asterisk takes for key presses. */
  async dial(digits: string): Promise<void> {
    for (const digit of digits) {
      const body = `Signal=${digit}\r\nDuration=120\r\n`;
      await this.#request('INFO', { body, contentType: 'application/dtmf-relay' });
    }
  }

  /** Blind transfer; returns the status code of the REFER (202 when accepted). */
  async transferTo(number: string): Promise<number> {
    return await this.#refer(`<sip:${number}@127.0.0.1>`);
  }

  /** Attended transfer: joins the far ends of this call and of `other`, which also may still ring (then it is a blonde one). */
  async transferToCall(other: SipCall): Promise<number> {
    const dialog = `${other.callId};to-tag=${tagOf(other.#remote)};from-tag=${tagOf(other.#local)}`;
    return await this.#refer(`<${other.#target}?Replaces=${encodeURIComponent(dialog)}>`);
  }

  /** Sends silence (PCMU, 20 ms) until the call ends: with media flowing Asterisk joins channels as it does in real life. */
  talk(): this {
    const port = Number(/m=audio (\d+)/.exec(this.#farMedia)?.[1] ?? 0);
    if (port === 0 || this.#stopMedia !== undefined) return this;
    const packet = Buffer.alloc(172, 0xff);
    packet.writeUInt16BE(0x8000, 0);
    packet.writeUInt32BE(Number.parseInt(token(4), 16), 8);
    let sequence = 0;
    const timer = setInterval(() => {
      sequence += 1;
      packet.writeUInt16BE(sequence & 0xffff, 2);
      packet.writeUInt32BE((sequence * 160) >>> 0, 4);
      this.#phone.sendMedia(Buffer.from(packet), port);
    }, 20);
    timer.unref();
    this.#stopMedia = () => {
      clearInterval(timer);
    };
    return this;
  }

  /** Ends the call in whatever state it is, without complaint: for cleaning up after a test. */
  async dispose(): Promise<void> {
    if (this.state === 'answered') {
      await Promise.race([this.hangUp(), new Promise((resolve) => setTimeout(resolve, 1000).unref())]);
    } else if (this.state !== 'ended') {
      if (this.#invite === undefined) {
        this.#cancelWanted = true;
        this.#sendCancel();
      } else {
        this.#answerInvite(480, 'Temporarily Unavailable');
      }
    }
    this.#end({ by: 'phone', status: null });
  }

  // ---------------------------------------------------------------- for the phone

  /** A request of the PBX within this call. */
  receive(message: SipMessage): void {
    switch (message.method) {
      case 'ACK':
        this.#acknowledged?.();
        return;
      case 'INVITE':
        if (message.header('cseq') === this.#invite?.header('cseq')) return; // the PBX repeats itself
        this.#farMedia = message.body || this.#farMedia;
        this.#phone.reply(message, 200, 'OK', { body: this.#phone.session(answerTo(message.body)) });
        return;
      case 'UPDATE': {
        const body = message.body === '' ? {} : { body: this.#phone.session(answerTo(message.body)) };
        this.#phone.reply(message, 200, 'OK', body);
        return;
      }
      case 'CANCEL':
        this.#phone.reply(message, 200, 'OK', { toTag: tagOf(this.#local) });
        if (this.state === 'answered') return;
        this.#answerInvite(487, 'Request Terminated');
        this.#end({ by: 'pbx', status: 487 });
        return;
      case 'BYE':
        this.#phone.reply(message, 200, 'OK');
        this.#end({ by: 'pbx', status: null });
        return;
      case 'NOTIFY':
        this.#phone.reply(message, 200, 'OK');
        this.transferProgress.put(message.body.trim());
        // As phones do: the transfer went through, so this phone is out of the call.
        if (message.body.startsWith('SIP/2.0 2')) void this.hangUp();
        return;
      default:
        this.#phone.reply(message, 200, 'OK');
    }
  }

  // ---------------------------------------------------------------- inside

  async #start(headers: readonly string[]): Promise<void> {
    const response = await this.#phone
      .request({
        method: 'INVITE',
        uri: this.#target,
        to: this.#remote,
        from: this.#local,
        callId: this.callId,
        headers,
        body: this.#phone.session('sendrecv'),
        onProvisional: (provisional, branch, cseq) => {
          this.#pendingInvite = { branch, cseq };
          if (provisional.header('to').includes(';tag=')) this.#remote = provisional.header('to');
          if (provisional.status === 180) this.#reach('ringing');
          if (provisional.status === 183) this.#reach('progress');
          if (this.#cancelWanted) this.#sendCancel();
        },
      })
      .catch(() => undefined);
    if (response === undefined || response.status >= 300) {
      this.#end({ by: this.#cancelWanted ? 'phone' : 'pbx', status: response?.status ?? null });
      return;
    }
    this.#remote = response.header('to');
    this.#target = addressOf(response.header('contact')) || this.#target;
    this.#farMedia = response.body;
    this.#reach('answered');
    if (this.#cancelWanted) await this.hangUp();
  }

  async #request(
    method: string,
    extra: { headers?: string[]; body?: string; contentType?: string } = {},
  ): Promise<SipMessage> {
    return await this.#phone.request({
      method,
      uri: this.#target,
      to: this.#remote,
      from: this.#local,
      callId: this.callId,
      ...extra,
    });
  }

  async #refer(to: string): Promise<number> {
    const headers = [`Refer-To: ${to}`, `Referred-By: <sip:${this.#phone.user}@127.0.0.1>`];
    const response = await this.#request('REFER', { headers });
    return response.status;
  }

  #needInvite(): SipMessage {
    if (this.#invite === undefined) throw new Error('only an incoming call can be answered or refused');
    return this.#invite;
  }

  #answerInvite(status: number, reason: string): void {
    this.#phone.reply(this.#needInvite(), status, reason, { toTag: tagOf(this.#local) });
  }

  #sendCancel(): void {
    const invite = this.#pendingInvite;
    if (invite === undefined || this.state === 'answered' || this.state === 'ended') return;
    this.#pendingInvite = undefined;
    const headers = [
      this.#phone.via(invite.branch),
      'Max-Forwards: 70',
      `From: ${this.#local}`,
      `To: ${this.#remote.replace(/;tag=[^;>\s]+/, '')}`,
      `Call-ID: ${this.callId}`,
      `CSeq: ${invite.cseq} CANCEL`,
    ];
    this.#phone.send(formatSip(`CANCEL ${this.#target} SIP/2.0`, headers));
  }

  #reach(state: CallState): void {
    if (this.#reached.has('ended')) return;
    this.#reached.add(state);
    for (const watcher of this.#watchers) {
      if (watcher.state !== state && state !== 'ended') continue;
      this.#watchers.delete(watcher);
      watcher.settle(watcher.state === state);
    }
  }

  #end(end: CallEnd): void {
    if (this.#reached.has('ended')) return;
    this.#reach('ended');
    this.#stopMedia?.();
    this.#phone.forget(this);
    this.#resolveEnded(end);
  }
}

function answerTo(offer: string): 'recvonly' | 'sendrecv' {
  return /a=(sendonly|inactive)/.test(offer) ? 'recvonly' : 'sendrecv';
}
