/**
 * The sidebar's doors: a stream of frames for as long as somebody looks, and two commands. A stream and not Node-RED's own /comms channel,
 * because its end says by itself that nobody looks any more, also when a browser is gone without a word.
 */

import type { NodeAPI } from 'node-red';
import type { Request, Response } from 'express';
import { PbxError, systemClock } from '../../lib/index';
import type { Command } from '../../lib/index';
import type { DeployedPbx, LiveAccounts } from './live-accounts';
import { LiveStream } from './live-stream';
import { orderOf, refuse } from './refuse';

const MAX_STREAMS = 20;
/** A frame that is not taken by then: the browser is gone or asleep, and gets the whole picture when it comes back. */
const MAX_UNSENT = 4 * 1024 * 1024;
/** Proxies give up what is silent for a minute. */
const ALIVE_MS = 25_000;

export function liveEndpoints(RED: NodeAPI, accounts: LiveAccounts): void {
  const mayRead = RED.auth.needsPermission('pbx-account.read');
  const mayWrite = RED.auth.needsPermission('pbx-account.write');

  RED.httpAdmin.get('/pbx-account/live', mayRead, (request, response) => {
    if (accounts.watchers >= MAX_STREAMS)
      return refuse(response, new PbxError('rate-limited', 'too many sidebars are open'));
    serve(request, response, accounts);
  });

  RED.httpAdmin.post('/pbx-account/live/hangup', mayWrite, (request, response) => {
    run(request, response, accounts, ({ call }) => ({ command: 'hangup', call: text(call) }));
  });

  RED.httpAdmin.post('/pbx-account/live/call', mayWrite, (request, response) => {
    run(request, response, accounts, ({ from, to }) => ({
      command: 'call',
      from: text(from),
      to: text(to),
    }));
  });
}

function serve(request: Request, response: Response, accounts: LiveAccounts): void {
  response.writeHead(200, {
    'Content-Type': 'application/x-ndjson; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
  });
  const write = (text: string): void => {
    if (response.writableLength > MAX_UNSENT) response.destroy();
    else response.write(`${text}\n`);
  };
  const stream = new LiveStream(accounts, systemClock, (frame) => write(JSON.stringify(frame)));
  const alive = setInterval(() => write(''), ALIVE_MS);
  alive.unref();
  response.on('close', () => {
    clearInterval(alive);
    stream.close();
  });
  request.on('error', () => response.destroy());
}

function run(
  request: Request,
  response: Response,
  accounts: LiveAccounts,
  commandOf: (body: Record<string, unknown>) => Command,
): void {
  const body = orderOf(request);
  if (!body) return refuse(response, new PbxError('invalid-argument', 'the request must be JSON'));
  const pbx: DeployedPbx | undefined = accounts.get(text(body['account']));
  if (!pbx) return refuse(response, new PbxError('not-found', 'this account is not deployed'));
  pbx.account.execute(commandOf(body)).then(
    ({ payload }) => response.json({ ok: true, call: payload.call?.id ?? null }),
    (error: unknown) => refuse(response, PbxError.from(error)),
  );
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}
