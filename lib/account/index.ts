/** One PBX account: connection, events, commands. */

export { PbxAccount } from './account';
export type { AccountOptions, AccountStatus, Counters, StatusListener } from './account';
export type { CommandOutcome, Watch } from './commands';
export { setUpAccount, testAccount } from './test-account';
export type { RouteFilter, RouteRequest } from './routes';
