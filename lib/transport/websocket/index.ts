/** WebSocket connections for providers; one session is one connection, `Link` decides when to have one. */

export { WebSocketSession } from './session';
export type { HeartbeatOptions, WebSocketOptions } from './session';
