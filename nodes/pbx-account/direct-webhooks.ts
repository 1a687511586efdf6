/**
 * Webhooks taken off the HTTP server before Express sees them. Node-RED hands every request through three nested Express applications
 * and two body parsers, which costs several times what a webhook itself does (test/bench/webhook.ts). The server's request listeners
 * are wrapped as engine.io wraps them: what is no webhook of an account goes on to all of them, in their order.
 *
 * Only where nothing can be left out by it: Node-RED runs by its own launcher, and its settings put nothing (login, middleware, CORS,
 * a trusted proxy) before the addresses of flows. Anywhere else, and for every spelling of an address that is not the plain one, the
 * Express route serves as before. `pbxDirectWebhooks: false` in settings.js turns it off, `true` turns it on for an embedded Node-RED.
 */

import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { NodeAPI } from 'node-red';
import { WEBHOOK_ROOT } from './webhooks';
import type { WebhookDesk } from './webhooks';

/** Settings of Node-RED by which a person puts something before the addresses of flows. */
const BEFORE_FLOWS = [
  'httpNodeAuth',
  'httpNodeMiddleware',
  'httpNodeCors',
  'httpAdminMiddleware',
  'httpServerOptions',
] as const;

/** Takes `desk`'s webhooks directly for as long as it has receivers, if this Node-RED allows it. */
export function takeDirectly(RED: NodeAPI, desk: WebhookDesk): void {
  const settings = RED.settings as unknown as Readonly<Record<string, unknown>>;
  const wanted = settings['pbxDirectWebhooks'] ?? settings['settingsFile'] !== undefined;
  const server: Server | undefined = RED.server;
  if (wanted !== true || !server || BEFORE_FLOWS.some((name) => isSet(settings[name]))) return;
  const root = typeof settings['httpNodeRoot'] === 'string' ? settings['httpNodeRoot'] : '/';
  const prefix = `/${root}${WEBHOOK_ROOT}`.replace(/\/{2,}/g, '/');
  let leave: (() => void) | null = null;
  desk.onSize((size) => {
    if (size > 0) leave ??= wrap(server, prefix, desk);
    else {
      leave?.();
      leave = null;
    }
  });
}

function wrap(server: Server, prefix: string, desk: WebhookDesk): () => void {
  const others = server.listeners('request') as RequestListener[];
  const ours = (request: IncomingMessage, response: ServerResponse): void => {
    const { url = '' } = request;
    if (url.startsWith(prefix) && url[prefix.length] === '/' && desk.take(request, response, url.slice(prefix.length)))
      return;
    for (const other of others) other.call(server, request, response);
  };
  server.removeAllListeners('request');
  server.on('request', ours);
  return () => {
    // Listeners that came later stay behind those that were wrapped. Somebody who has wrapped ours in turn keeps it: it passes all on.
    const now = server.listeners('request');
    if (!now.includes(ours)) return;
    server.removeAllListeners('request');
    for (const one of now) {
      if (one === ours) for (const other of others) server.on('request', other);
      else server.on('request', one as RequestListener);
    }
  };
}

function isSet(value: unknown): boolean {
  if (value === undefined || value === null || value === false) return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}
