/** The contract that every provider fulfils. A provider is a descriptor (what it is) plus a factory (how it works). */

import type { SecureContextOptions } from 'node:tls';
import type { Clock } from './clock';
import type { Fact } from './facts';
import type { Call, Capabilities, Command, CommandName, Party, PbxError, QueryCommand, Topic } from './model';

/** A text in every language of the package. */
export interface LocalizedText {
  'en-US': string;
  sk: string;
  ru: string;
}

/** One field of the account form. It is stored in the flow under `name`, or in the credentials when `secret` or `credential`. */
export interface Field {
  name: string;
  type: 'text' | 'number' | 'boolean' | 'select' | 'password' | 'url' | 'json';
  label: LocalizedText;
  /** One sentence: what to enter and where the person finds it. */
  hint?: LocalizedText;
  placeholder?: string;
  default?: string | number | boolean;
  required?: boolean;
  /** Kept in the credentials and never sent back to the browser. Implies `credential`. */
  secret?: boolean;
  /** Blanks at its ends are meant; those of other texts came with copying. */
  verbatim?: boolean;
  /** A secret that this side makes up and the person enters at the PBX: the form makes one on request. */
  ownSecret?: boolean;
  /** Kept in the credentials (a user name). */
  credential?: boolean;
  options?: readonly { value: string; label: LocalizedText }[];
  /** Regular expression (source) that a text must match, with what to say when it does not. */
  pattern?: { source: string; message: LocalizedText };
  min?: number;
  max?: number;
  /** Below the fold of the form. */
  advanced?: boolean;
}

/** At most `count` of these commands in any `perMs` milliseconds; more wait their turn. */
export interface RateLimit {
  commands: readonly CommandName[] | 'all';
  count: number;
  perMs: number;
}

/**
 * Something that is done once at the PBX before the account can work, and only when the person presses its button in the account form:
 * never at a deploy.
 */
export interface SetupAction {
  name: string;
  /** Stands on the button. */
  label: LocalizedText;
  /** What it does, and when it is needed. */
  hint: LocalizedText;
  /** What the person enters for it; nothing of it is stored. */
  inputs?: readonly Field[];
}

export interface ProviderDescriptor {
  id: string;
  label: string;
  description: LocalizedText;
  /** The section of the README about it. */
  docs: string;
  fields: readonly Field[];
  capabilities: Capabilities;
  rateLimits?: readonly RateLimit[];
  /** Keys of vendor messages whose values are secrets, compared without letter case; masked wherever such a message is shown. */
  secretKeys?: readonly string[];
  /** Milliseconds after the last leg of a call ended until the call is taken as ended, when the vendor does not say so itself. */
  endGraceMs?: number;
  /** Why the PBX cannot do a command that others can, as a whole sentence, where the vendor gives a reason. */
  unsupported?: Partial<Record<CommandName, string>>;
  /** Fields of a command that it may lack, since the account has a default for them. */
  defaults?: Partial<Record<CommandName, readonly string[]>>;
  setupActions?: readonly SetupAction[];
  /** Whether the PBX posts webhooks to this account. */
  webhook?: {
    paths: readonly string[];
    allowFrom?: readonly string[];
    /** Where a person enters the address at the PBX, as a whole sentence. */
    where: LocalizedText;
  };
}

/** The values of the form: fields by name, credentials among them. */
export type ProviderConfig = Readonly<Record<string, unknown>>;

export interface Logger {
  error(text: string): void;
  warn(text: string): void;
  info(text: string): void;
  debug(text: string): void;
}

/** What a provider may know of a tracked call. */
export interface KnownCall {
  readonly call: Call;
  /** Every id the vendor has used for it, oldest first. */
  readonly keys: readonly string[];
  readonly legs: readonly {
    id: string;
    role: 'caller' | 'callee' | 'stage';
    state: 'new' | 'ringing' | 'answered';
    party: Party;
  }[];
}

export interface ProviderHost {
  /** The account by its name, for texts. */
  readonly account: string;
  readonly log: Logger;
  readonly clock: Clock;
  /** 0 <= n < 1. */
  readonly random: () => number;
  /** From Node-RED's tls-config node. */
  readonly tls?: TlsOptions;
  /** Address of an HTTP proxy, `http://user:password@host:port`. */
  readonly proxy?: string;
  fact(fact: Fact): void;
  /** The link as it is now. `unauthorized` and `degraded` need an error that says why. */
  state(state: LinkState, reason?: PbxError): void;
  /** Something a person should know that is no failure of a command. */
  warning(error: PbxError): void;
  /** After a reconnect: events of this span (ms since the epoch) may be missing. */
  gap(fromMs: number, toMs: number, recovered: boolean): void;
  /** A message that could not be read was dropped; it is counted and reported. */
  malformed(reason: string): void;
  /** Whether anybody listens for a topic now: lets a provider drop what nobody wants before it is decoded. */
  wants(topic: Topic): boolean;
  call(id: string): KnownCall | undefined;
  calls(): Iterable<KnownCall>;
  /** Asks the flows where a call should go; `null` when nobody listens, nobody answers in time, or too many calls wait already. */
  route(question: RouteQuestion): Promise<RouteAnswer | null>;
  /** Small values that outlive a restart where the user has such a store. */
  readonly store?: Store;
}

export interface RouteQuestion {
  /** Vendor's id of the call. */
  call: string;
  /** The caller's number. */
  number: string | null;
  /** Milliseconds the PBX waits; a node may wait less. */
  budgetMs: number;
}

export interface RouteAnswer {
  /** Extension, login or number; `null` only names the caller. */
  to: string | null;
  contactName: string | null;
}

export interface Store {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<void>;
}

export interface TlsOptions extends SecureContextOptions {
  rejectUnauthorized?: boolean;
  servername?: string;
}

export type LinkState = 'connecting' | 'connected' | 'degraded' | 'reconnecting' | 'unauthorized';

export interface CommandContext {
  /** 32 hexadecimal digits, new for each command: for providers whose PBX lets the client choose an id. */
  readonly reference: string;
  /** The call of hangup, redirect, transfer and recording, as tracked. */
  readonly target?: KnownCall;
  /** Aborted when the account closes or the command's time is over. */
  readonly signal: AbortSignal;
}

/** The PBX has taken the command. */
export interface Accepted {
  /** Vendor's id of the call that came of it, where it is known already. */
  call?: string;
  /** What later facts carry as `reference`, when it is not the one of the context. */
  reference?: string;
  /** The canonical result, for queries and recordings. */
  result?: unknown;
  /** The vendor's reply, secrets masked by the account. */
  raw?: unknown;
}

export interface WebhookRequest {
  method: string;
  /** Below the account's own address, begins with `/`. */
  path: string;
  query: Readonly<Record<string, string>>;
  headers: Readonly<Record<string, string>>;
  /** The body as received where the host could have it; a body parser of the host may have been first, then `parsed` is set. */
  body: Buffer | null;
  parsed?: unknown;
  remoteAddress: string;
}

export interface WebhookResponse {
  status: number;
  body?: string;
  contentType?: string;
  /** Run once the answer is on its way. */
  after?: () => void;
}

export interface TestReport {
  /** One sentence for the form: `connected as tester, Asterisk 22.10, 3 queues, 12 extensions`. */
  summary: string;
  details?: Readonly<Record<string, unknown>>;
}

export interface SetupReport {
  /** One sentence for the form. */
  summary: string;
  /** What the PBX answered for fields of the form, by their names: the form fills them in, the person deploys them. */
  fields?: Readonly<Record<string, string>>;
}

/** What the dialling rules of the account must know of how this PBX dials. */
export interface Dialling {
  /** How else the number is written when it is dialled: a rule about one of these is a rule about the number. */
  spellings?(number: string): readonly string[];
  /** Numbers that the command makes the PBX dial besides its `to`: each must be allowed for itself. */
  besides?(command: Command): readonly string[];
}

export interface Provider {
  /** Starts to connect. Reports by `host.state`, never throws. */
  open(): void;
  /** Done within one second whatever the PBX does; nothing is stated afterwards. */
  close(): Promise<void>;
  /** Resolves when the PBX has accepted. Throws a PbxError; `uncertain` when the request may have arrived and no answer came. */
  execute(command: Exclude<Command, QueryCommand>, context: CommandContext): Promise<Accepted>;
  query(query: QueryCommand, context: CommandContext): Promise<Accepted>;
  webhook?(request: WebhookRequest): WebhookResponse | Promise<WebhookResponse>;
  readonly dialling?: Dialling;
  /** Connects on its own with this configuration, looks round, disconnects. Throws a PbxError that says what to do. */
  test(signal: AbortSignal): Promise<TestReport>;
  /** Carries out one of the descriptor's set-up actions, once. Throws a PbxError that says what to do. */
  setup?(action: string, inputs: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<SetupReport>;
}

export interface ProviderModule {
  readonly descriptor: ProviderDescriptor;
  create(config: ProviderConfig, host: ProviderHost): Provider;
}
