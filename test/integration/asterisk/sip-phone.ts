/**
 * A SIP phone for tests (UDP, loopback, no dependency): registers, places and takes calls, sends and receives texts.
 * Every state is a promise, so that a test waits for what it needs and for nothing else. One call is a SipCall.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { Mailbox } from './mailbox';
import { SipCall } from './sip-call';
import {
  authorize,
  branchOf,
  formatSip,
  parseSip,
  sessionDescription,
  token,
  addressOf,
  type MediaDirection,
  type SipMessage,
} from './sip-message';

export interface PhoneOptions {
  /** Name of the phone: the user part of its address. */
  readonly user: string;
  /** Port of the PBX on 127.0.0.1. */
  readonly port: number;
  /** Absent for a trunk, which is known by its address. */
  readonly password?: string;
  /** What the phone calls itself in From. */
  readonly name?: string;
  /** Port to listen on; 0 takes a free one. */
  readonly localPort?: number;
}

export interface Request {
  readonly method: string;
  readonly uri: string;
  readonly to: string;
  readonly from: string;
  readonly callId: string;
  readonly headers?: readonly string[];
  readonly body?: string;
  readonly contentType?: string;
  /** Sees every provisional response together with the branch and number of the request that it answers. */
  readonly onProvisional?: (response: SipMessage, branch: string, cseq: number) => void;
}

export interface Text {
  readonly from: string;
  readonly body: string;
}

/** RFC 3261 17.1.1.1: estimate of a round trip. */
const T1_MS = 500;
/** A request gets its final response within this time, or the test fails. A call may ring this long. */
const ANSWER_MS = 40_000;

export class SipPhone {
  readonly user: string;
  /** Calls that reached this phone and that nobody took from here yet. */
  readonly incoming = new Mailbox<SipCall>('an incoming call');
  /** Texts that reached this phone. */
  readonly texts = new Mailbox<Text>('a text');
  /** Takes incoming calls instead of `incoming` while it is set. */
  onCall: ((call: SipCall) => void) | undefined;

  readonly #options: PhoneOptions;
  readonly #socket: Socket = createSocket('udp4');
  readonly #media: Socket = createSocket('udp4');
  readonly #pending = new Map<string, (response: SipMessage) => void>();
  readonly #calls = new Map<string, SipCall>();
  /** Call-IDs of the past: a PBX that is slow repeats an INVITE after its call is over. */
  readonly #past = new Set<string>();
  #cseq = 0;
  #sessionVersion = 0;

  private constructor(options: PhoneOptions) {
    this.#options = options;
    this.user = options.user;
  }

  static async open(options: PhoneOptions): Promise<SipPhone> {
    const phone = new SipPhone(options);
    await bind(phone.#socket, options.localPort ?? 0);
    await bind(phone.#media, 0);
    phone.#socket.on('message', (data) => {
      phone.#receive(data.toString('utf8'));
    });
    return phone;
  }

  /** Whether it tells the PBX where it is; a trunk is known by its address. */
  get registers(): boolean {
    return this.#options.password !== undefined;
  }

  /** Tells the PBX where the phone is, and fails when it does not want to know. */
  async registered(): Promise<void> {
    const status = await this.register();
    if (status !== 200) throw new Error(`phone ${this.user} could not register: ${status}`);
  }

  /** Tells the PBX where the phone is; 0 seconds takes it back. Returns the status code. */
  async register(expiresSeconds = 3600): Promise<number> {
    const response = await this.request({
      method: 'REGISTER',
      uri: `sip:127.0.0.1:${this.#options.port}`,
      to: `<sip:${this.user}@127.0.0.1>`,
      from: this.address(token()),
      callId: token(),
      headers: [`Expires: ${expiresSeconds}`],
    });
    return response.status;
  }

  /** Starts a call; the promises of the SipCall tell how it goes. */
  call(number: string, headers: readonly string[] = []): SipCall {
    const call = SipCall.outgoing(this, number, this.#uri(number), headers);
    this.#calls.set(call.callId, call);
    return call;
  }

  /** Sends a text; returns the status code. */
  async text(to: string, body: string): Promise<number> {
    const response = await this.request({
      method: 'MESSAGE',
      uri: this.#uri(to),
      to: `<sip:${to}@127.0.0.1>`,
      from: this.address(token()),
      callId: token(),
      body,
      contentType: 'text/plain;charset=UTF-8',
    });
    return response.status;
  }

  /** Ends every call of this phone and closes its sockets. */
  async close(): Promise<void> {
    await this.hangUpAll();
    this.#pending.clear();
    await Promise.all([closed(this.#socket), closed(this.#media)]);
  }

  /** Ends or refuses every call of this phone and forgets unclaimed calls and texts. */
  async hangUpAll(): Promise<void> {
    this.onCall = undefined;
    this.incoming.clear();
    this.texts.clear();
    await Promise.all([...this.#calls.values()].map((call) => call.dispose()));
    this.#calls.clear();
  }

  // ---------------------------------------------------------------- for SipCall

  /** This phone's own address with a tag, for From. */
  address(tag: string): string {
    return `"${this.#options.name ?? this.user}" <sip:${this.user}@127.0.0.1>;tag=${tag}`;
  }

  session(direction: MediaDirection): string {
    return sessionDescription(portOf(this.#media), ++this.#sessionVersion, direction);
  }

  send(text: string): void {
    this.#socket.send(text, this.#options.port, '127.0.0.1');
  }

  sendMedia(packet: Buffer, port: number): void {
    this.#media.send(packet, port, '127.0.0.1');
  }

  forget(call: SipCall): void {
    this.#calls.delete(call.callId);
    this.#past.add(call.callId);
  }

  via(branch: string): string {
    return `Via: SIP/2.0/UDP 127.0.0.1:${portOf(this.#socket)};branch=${branch};rport`;
  }

  reply(
    request: SipMessage,
    status: number,
    reason: string,
    extra: { toTag?: string; headers?: readonly string[]; body?: string; contact?: string } = {},
  ): void {
    const to = request.header('to');
    const tagged = to.includes(';tag=') || extra.toTag === undefined ? to : `${to};tag=${extra.toTag}`;
    const headers = [
      ...request.headers('via').map((value) => `Via: ${value}`),
      ...request.headers('record-route').map((value) => `Record-Route: ${value}`),
      `From: ${request.header('from')}`,
      `To: ${tagged}`,
      `Call-ID: ${request.header('call-id')}`,
      `CSeq: ${request.header('cseq')}`,
      `Contact: ${extra.contact ?? this.#contact()}`,
      ...(extra.headers ?? []),
    ];
    this.send(formatSip(`SIP/2.0 ${status} ${reason}`, headers, extra.body));
  }

  /** Sends a request, answers a challenge for the password once, acknowledges an INVITE; resolves with the final response. */
  async request(request: Request): Promise<SipMessage> {
    const first = await this.#transaction(request, []);
    const password = this.#options.password;
    if ((first.status !== 401 && first.status !== 407) || password === undefined) return first;
    const answer = authorize(first, request.method, request.uri, { user: this.user, password });
    return await this.#transaction(request, [answer]);
  }

  async #transaction(request: Request, authorization: readonly string[]): Promise<SipMessage> {
    const { method, uri, to, from, callId } = request;
    const branch = `z9hG4bK${token()}`;
    const cseq = ++this.#cseq;
    const headers = [
      this.via(branch),
      'Max-Forwards: 70',
      `From: ${from}`,
      `To: ${to}`,
      `Call-ID: ${callId}`,
      `CSeq: ${cseq} ${method}`,
      `Contact: ${this.#contact()}`,
      'User-Agent: test-phone',
      'Allow: INVITE,ACK,CANCEL,BYE,REFER,NOTIFY,INFO,MESSAGE,OPTIONS,UPDATE',
      ...(request.headers ?? []),
      ...authorization,
    ];
    const key = `${branch} ${method}`;
    const text = formatSip(`${method} ${uri} SIP/2.0`, headers, request.body, request.contentType);
    // RFC 3261 17.1: UDP loses packets, so a request is sent again until something answers it.
    let again: NodeJS.Timeout | undefined;
    const sendUntilHeard = (waitMs: number): void => {
      this.send(text);
      again = setTimeout(() => {
        if (this.#pending.has(key)) sendUntilHeard(waitMs * 2);
      }, waitMs);
      again.unref();
    };
    const final = new Promise<SipMessage>((resolve, reject) => {
      const deadline = setTimeout(() => {
        clearTimeout(again);
        this.#pending.delete(key);
        reject(new Error(`phone ${this.user}: no final response to ${method} ${uri}`));
      }, ANSWER_MS);
      deadline.unref();
      this.#pending.set(key, (response) => {
        clearTimeout(again);
        if (response.status < 200) {
          request.onProvisional?.(response, branch, cseq);
          return;
        }
        clearTimeout(deadline);
        this.#pending.delete(key);
        if (method === 'INVITE') this.#acknowledge(request, response, branch, cseq);
        resolve(response);
      });
    });
    sendUntilHeard(T1_MS);
    return await final;
  }

  /** RFC 3261: the ACK of a success goes to the far end's contact and is its own transaction, that of a failure belongs to the INVITE. */
  #acknowledge(request: Request, response: SipMessage, branch: string, cseq: number): void {
    const success = response.status < 300;
    const target = success ? addressOf(response.header('contact')) || request.uri : request.uri;
    const headers = [
      this.via(success ? `z9hG4bK${token()}` : branch),
      'Max-Forwards: 70',
      `From: ${request.from}`,
      `To: ${response.header('to')}`,
      `Call-ID: ${request.callId}`,
      `CSeq: ${cseq} ACK`,
    ];
    this.send(formatSip(`ACK ${target} SIP/2.0`, headers));
  }

  #receive(text: string): void {
    const message = parseSip(text);
    if (message.status > 0) {
      this.#pending.get(`${branchOf(message)} ${message.header('cseq').split(' ')[1] ?? ''}`)?.(message);
      return;
    }
    const call = this.#calls.get(message.header('call-id'));
    if (call !== undefined) {
      call.receive(message);
      return;
    }
    switch (message.method) {
      case 'INVITE': {
        if (this.#past.has(message.header('call-id'))) {
          this.reply(message, 487, 'Request Terminated', { toTag: token() });
          return;
        }
        const incoming = SipCall.incoming(this, message);
        this.#calls.set(incoming.callId, incoming);
        this.reply(message, 100, 'Trying');
        if (this.onCall !== undefined) this.onCall(incoming);
        else this.incoming.put(incoming);
        return;
      }
      case 'MESSAGE':
        this.reply(message, 200, 'OK', { toTag: token() });
        this.texts.put({ from: message.header('from'), body: message.body });
        return;
      case 'ACK':
        return;
      case 'BYE':
      case 'CANCEL':
        this.reply(message, 481, 'Call/Transaction Does Not Exist', { toTag: token() });
        return;
      default:
        this.reply(message, 200, 'OK', { toTag: token() });
    }
  }

  #uri(number: string): string {
    return `sip:${number}@127.0.0.1:${this.#options.port}`;
  }

  #contact(): string {
    return `<sip:${this.user}@127.0.0.1:${portOf(this.#socket)}>`;
  }
}

function portOf(socket: Socket): number {
  return socket.address().port;
}

async function bind(socket: Socket, port: number): Promise<void> {
  socket.bind(port, '127.0.0.1');
  await once(socket, 'listening');
}

async function closed(socket: Socket): Promise<void> {
  const done = once(socket, 'close');
  socket.close();
  await done;
}
