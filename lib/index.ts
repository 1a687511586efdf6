/** The provider library: everything a Node.js program needs to talk to a PBX; Node-RED is one such program. */

export * from './model';
export { PbxAccount, setUpAccount, testAccount } from './account';
export type {
  AccountOptions,
  AccountStatus,
  CommandOutcome,
  Counters,
  RouteFilter,
  RouteRequest,
  StatusListener,
  Watch,
} from './account';
export { systemClock, VirtualClock } from './clock';
export type { Clock, Timer } from './clock';
export { withoutSecrets } from './redact';
export { descriptors, providerOf } from './registry';
export { PROVIDERS } from './providers';
export { contactResponse, parseWebhook } from './providers/gravitel';
export type { ParsedWebhook, WebhookConfig } from './providers/gravitel';
export type { Filter, Listener } from './subscriptions';
export { webhookAddressChanged } from './webhook-address';
export type { WebhookAddress } from './webhook-address';
export type {
  Field,
  LocalizedText,
  Logger,
  ProviderConfig,
  ProviderDescriptor,
  ProviderModule,
  SetupAction,
  SetupReport,
  Store,
  TestReport,
  TlsOptions,
  WebhookRequest,
  WebhookResponse,
} from './provider';
