/**
 * A manager interface to test against, written from what Asterisk 16 and 22 were seen to do on the wire and not from the
 * client: strict about login, one action at a time, lists, rights, line limits; and on request as nasty as a network.
 *
 *     const pbx = await FakeAmi.listen({ users: { tester: { secret: 's3cret' } } });
 *     pbx.onAction('Originate', () => ok({ Message: 'Originate successfully queued' }));
 *     pbx.onAction('CoreShowChannels', () => list('CoreShowChannel', [{ Channel: 'PJSIP/1-1' }]));
 *     const action = await pbx.received('Originate');     // waits until the client has sent one
 *     pbx.emit({ Event: 'Hangup', Privilege: 'call,all', Channel: 'PJSIP/1-1' });
 *     pbx.emitRaw('Event: Half\r\nChan'); pbx.cut();      // the link breaks inside an event
 *     await pbx.close();
 */
import { createHash, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { EMPTY_LISTS, OF_MODULES, RIGHTS } from './ami-actions';
import { encode, eventsOf, list, ok, refuse, type Answer, type Block } from './ami-blocks';

export { encode, eventsOf, list, ok, refuse, type Answer, type Block };

export interface FakeUser {
  secret: string;
  /** Classes of events it may read, as in manager.conf; all when not given. */
  read?: readonly string[];
  /** Classes of actions it may use; all when not given. */
  write?: readonly string[];
  /** allowmultiplelogin=no */
  single?: boolean;
  /** The access list does not let it in: refused like a wrong password. */
  refused?: boolean;
}

export interface FakeAmiOptions {
  /** `tester` with the secret `s3cret` when not given. */
  users?: Readonly<Record<string, FakeUser>>;
  /** First bytes of a connection; `null`: none. */
  banner?: string | null;
  /** Whether Challenge is known; false as on a build without MD5. */
  challenge?: boolean;
  /** Waits before a refused login is answered (Asterisk: 1000 ms). Called with 1000; no wait when not given. */
  delay?: (ms: number) => Promise<void>;
  tls?: TlsOptions;
  port?: number;
}

export interface ReceivedAction {
  name: string;
  id: string | null;
  /** Lines in the order received. */
  lines: readonly (readonly [key: string, value: string])[];
  /** First value of a key, whatever its case. */
  get(key: string): string | undefined;
  all(key: string): string[];
  client: FakeClient;
}

/** `undefined` = no answer at all. */
export type ActionHandler = (action: ReceivedAction) => Answer | undefined | Promise<Answer | undefined>;

const FULLY_BOOTED: Block = {
  Event: 'FullyBooted',
  Privilege: 'system,all',
  Uptime: 37,
  LastReload: 37,
  Status: 'Fully Booted',
};

const MAX_LINE_BYTES = 1024;
const MAX_LINES = 128;

export class FakeAmi {
  readonly host: string = '127.0.0.1';
  /** Every complete action received, logins too. */
  readonly actions: ReceivedAction[] = [];
  /** Connections at this moment. */
  readonly clients = new Set<FakeClient>();
  /** It takes connections, but its modules do not run yet. */
  booting = false;
  /** Connections since the start, with TLS also those whose handshake fails. */
  connections = 0;
  readonly options: FakeAmiOptions;
  readonly #server: Server;
  readonly #handlers = new Map<string, ActionHandler>();
  readonly #watchers = new Set<() => void>();
  #port = 0;

  private constructor(options: FakeAmiOptions) {
    this.options = options;
    const accept = (socket: Socket) => {
      const client = new FakeClient(this, socket);
      this.clients.add(client);
      socket.once('close', () => {
        this.clients.delete(client);
        this.notify();
      });
      this.notify();
    };
    this.#server = options.tls ? createTlsServer(options.tls, accept) : createServer(accept);
    this.#server.on('connection', () => {
      this.connections++;
      this.notify();
    });
    for (const [action, [item, complete]] of Object.entries(EMPTY_LISTS)) {
      this.onAction(action, () => list(item, [], complete));
    }
    this.onAction('Ping', () => ok({ Ping: 'Pong', Timestamp: '1795212050.307280' }));
    this.onAction('UserEvent', (action) => {
      const body: Record<string, string[]> = {};
      for (const [key, value] of action.lines) {
        if (!/^(?:action|userevent)$/i.test(key)) (body[key] ??= []).push(value);
      }
      action.client.event({
        Event: 'UserEvent',
        Privilege: 'user,all',
        UserEvent: action.get('userevent') ?? '',
        ...body,
      });
      return ok({ Message: 'Event Sent' });
    });
  }

  static async listen(options: FakeAmiOptions = {}): Promise<FakeAmi> {
    const pbx = new FakeAmi(options);
    await pbx.accept();
    return pbx;
  }

  get port(): number {
    return this.#port;
  }

  get users(): Readonly<Record<string, FakeUser>> {
    return this.options.users ?? { tester: { secret: 's3cret' } };
  }

  /** Sets what an action is answered with; `null` makes it unknown again. */
  onAction(name: string, handler: ActionHandler | null): void {
    if (handler) this.#handlers.set(name.toLowerCase(), handler);
    else this.#handlers.delete(name.toLowerCase());
  }

  handler(name: string): ActionHandler | undefined {
    return this.#handlers.get(name.toLowerCase());
  }

  /** Sends events to every client that is logged in and may read their class (first word of `Privilege`). */
  emit(...events: Block[]): void {
    for (const event of events) for (const client of this.clients) client.event(event);
  }

  /** Asterisk has started, and says so. */
  booted(): void {
    this.booting = false;
    this.emit(FULLY_BOOTED);
  }

  /** Sends bytes as they are to every client that is logged in. */
  emitRaw(bytes: string | Buffer): void {
    for (const client of this.clients) if (client.user) client.after(bytes);
  }

  /**
   * Sends the events of a recorded connection (bytes of the server) without its answers and list items.
   * @param actionIds ids in the recording and those to send in their place
   */
  replay(recording: Buffer, actionIds: Readonly<Record<string, string>> = {}): void {
    this.emitRaw(eventsOf(recording, actionIds));
  }

  /** Fulfilled with the first action of this name, already received or to come, that `test` accepts. */
  async received(name: string, test: (action: ReceivedAction) => boolean = () => true): Promise<ReceivedAction> {
    const find = () => this.actions.find((a) => a.name.toLowerCase() === name.toLowerCase() && test(a));
    await this.until(() => find() !== undefined);
    return find() as ReceivedAction;
  }

  /** Fulfilled when `test` holds; asked again whenever something happens here. */
  until(test: () => boolean): Promise<void> {
    if (test()) return Promise.resolve();
    return new Promise((resolve) => {
      const watcher = () => {
        if (!test()) return;
        this.#watchers.delete(watcher);
        resolve();
      };
      this.#watchers.add(watcher);
    });
  }

  notify(): void {
    for (const watcher of this.#watchers) watcher();
  }

  /** Says and answers nothing more on the connections there are, and keeps them open: a peer that hangs. */
  goSilent(): void {
    for (const client of this.clients) client.silent = true;
  }

  /** Cuts the connections there are without a word. */
  cut(): void {
    for (const client of this.clients) client.socket.destroy();
  }

  /** No longer takes connections, so that a client meets a refusal. Those there are stay. */
  refuse(): void {
    this.#server.close();
  }

  /** Takes connections again, on the same port. */
  async accept(): Promise<void> {
    this.#server.listen(this.#port || this.options.port || 0, this.host);
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.cut();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** One connection, seen from the server. */
export class FakeClient {
  readonly socket: Socket;
  silent = false;
  /** Name of the user once logged in. */
  user: string | null = null;
  readonly #pbx: FakeAmi;
  #challenge: string | null = null;
  #mask: ReadonlySet<string> | null = null;
  #input = Buffer.alloc(0);
  #lines: string[] = [];
  #broken: string | null = null;
  /** One action at a time: what comes meanwhile waits, and so do events. */
  #work: Promise<void> = Promise.resolve();
  #busy = 0;
  #held: (string | Buffer)[] = [];

  constructor(pbx: FakeAmi, socket: Socket) {
    this.#pbx = pbx;
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    const { banner } = pbx.options;
    if (banner !== null) socket.write(banner ?? 'Asterisk Call Manager/11.0.0\r\n');
  }

  /** Bytes at once. */
  send(bytes: string | Buffer): void {
    if (!this.silent && this.socket.writable) this.socket.write(bytes);
  }

  /** Bytes after the action under way, as Asterisk sends events. */
  after(bytes: string | Buffer): void {
    if (this.#busy > 0) this.#held.push(bytes);
    else this.send(bytes);
  }

  event(event: Block): void {
    const privilege = String(event['Privilege'] ?? '').split(',');
    if (this.user !== null && this.#reads(privilege[0] ?? '')) this.after(encode(event));
  }

  #reads(eventClass: string): boolean {
    const read = this.user === null ? undefined : this.#pbx.users[this.user]?.read;
    if (eventClass === '') return true;
    return (!read || read.includes(eventClass)) && (!this.#mask || this.#mask.has(eventClass));
  }

  #read(chunk: Buffer): void {
    this.#input = Buffer.concat([this.#input, chunk]);
    for (;;) {
      const end = this.#input.indexOf(10);
      if (end < 0) {
        if (this.#input.length >= MAX_LINE_BYTES) {
          this.#broken ??= 'Failed to parse message: line too long';
          this.#input = Buffer.alloc(0);
        }
        return;
      }
      const line = this.#input.toString('utf8', 0, end).replace(/\r$/, '');
      if (end >= MAX_LINE_BYTES) this.#broken ??= 'Failed to parse message: line too long';
      this.#input = this.#input.subarray(end + 1);
      if (line === '') this.#blank();
      else if (this.#lines.length >= MAX_LINES) this.#broken ??= 'Too many lines in message or allocation failure';
      else if (!this.#broken) this.#lines.push(line);
    }
  }

  #blank(): void {
    const lines = this.#lines.map((line): [string, string] => {
      const colon = line.indexOf(':');
      return colon < 0 ? ['', line] : [line.slice(0, colon), line.slice(colon + 1).replace(/^ +/, '')];
    });
    const broken = this.#broken;
    this.#lines = [];
    this.#broken = null;
    if (lines.length === 0 && !broken) return;
    const all = (key: string) => lines.filter(([k]) => k.toLowerCase() === key.toLowerCase()).map(([, v]) => v);
    const get = (key: string) => all(key)[0];
    const action = { name: get('Action') ?? '', id: get('ActionID') ?? null, lines, get, all, client: this };
    this.#busy++;
    this.#work = this.#work.then(() => this.#perform(action, broken));
  }

  async #perform(action: ReceivedAction, broken: string | null): Promise<void> {
    let answer: Answer | undefined;
    if (broken) answer = refuse(broken);
    else if (action.name === '') answer = refuse('Missing action in request');
    else {
      this.#pbx.actions.push(action);
      this.#pbx.notify();
      answer = await this.#decide(action);
    }
    if (answer) this.#answer(action, answer);
    this.#busy--;
    if (this.#busy === 0) for (const bytes of this.#held.splice(0)) this.send(bytes);
    this.#pbx.notify();
  }

  #decide(action: ReceivedAction): Answer | undefined | Promise<Answer | undefined> {
    const name = action.name.toLowerCase();
    if (name === 'login') return this.#login(action);
    if (name === 'challenge') return this.#offer(action);
    if (this.user === null) return refuse('Permission denied');
    if (name === 'logoff') {
      setImmediate(() => this.socket.end());
      return { ...ok({ Message: 'Thanks for all the fish.' }), response: 'Goodbye' };
    }
    if (name === 'events') {
      this.#setMask(action.get('EventMask'));
      return ok({ Events: this.#mask?.size === 0 ? 'Off' : 'On' });
    }
    const needed = RIGHTS[name];
    const write = this.#pbx.users[this.user]?.write;
    if (needed && write && !needed.some((right) => write.includes(right))) return refuse('Permission denied');
    if (this.#pbx.booting && OF_MODULES.has(name)) {
      setImmediate(() => this.socket.end());
      return refuse('Permission denied');
    }
    const handler = this.#pbx.handler(name);
    if (handler) return handler(action);
    return refuse(`Invalid/unknown command: ${action.name}. Use Action: ListCommands to show available commands.`);
  }

  #offer(action: ReceivedAction): Answer {
    if (this.#pbx.options.challenge === false) return refuse('Permission denied');
    if (action.get('AuthType')?.toLowerCase() !== 'md5') return refuse('Must specify AuthType');
    this.#challenge ??= String(randomInt(1_000_000, 999_999_999));
    return ok({ Challenge: this.#challenge });
  }

  async #login(action: ReceivedAction): Promise<Answer> {
    if (this.user !== null) return ok({ Message: 'Already authenticated' });
    const name = action.get('Username') ?? '';
    const user = Object.hasOwn(this.#pbx.users, name) ? this.#pbx.users[name] : undefined;
    if (!user || user.refused || !this.#proves(action, user.secret)) return this.#turnAway('Authentication failed');
    if (user.single && [...this.#pbx.clients].some((other) => other.user === name)) {
      return this.#turnAway('Login Already In Use');
    }
    this.user = name;
    this.#setMask(action.get('Events'));
    if (this.#reads('system') && !this.#pbx.booting) this.#held.push(encode(FULLY_BOOTED));
    return ok({ Message: 'Authentication accepted' });
  }

  #proves(action: ReceivedAction, secret: string): boolean {
    if (action.get('AuthType')?.toLowerCase() !== 'md5') return action.get('Secret') === secret;
    if (this.#challenge === null) return false;
    return action.get('Key') === createHash('md5').update(this.#challenge).update(secret).digest('hex');
  }

  async #turnAway(message: string): Promise<Answer> {
    await this.#pbx.options.delay?.(1000);
    setImmediate(() => this.socket.end());
    return refuse(message);
  }

  #setMask(mask: string | undefined): void {
    if (mask === undefined) return;
    const lower = mask.toLowerCase();
    if (lower === 'on' || lower === 'all') this.#mask = null;
    else this.#mask = new Set(lower === 'off' ? [] : lower.split(',').map((word) => word.trim()));
  }

  #answer(action: ReceivedAction, answer: Answer): void {
    const echo: Block = action.id === null ? {} : { ActionID: action.id };
    const { response, fields, items, complete } = answer;
    let text = encode({ Response: response, ...echo, ...fields });
    for (const { Event: event = '', ...rest } of items) text += encode({ Event: event, ...echo, ...rest });
    if (complete !== null) {
      text += encode({ Event: complete, ...echo, EventList: 'Complete', ListItems: items.length });
    }
    this.send(text);
  }
}
