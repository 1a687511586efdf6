/** A way through an HTTP proxy: CONNECT (RFC 9110, 9.3.6), for connections that no HTTP client keeps. */

import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { PbxError } from '../../model';
import { basicAuth, connectionError, hostOf } from '../http';

export interface TunnelOptions {
  account: string;
  /** `http://user:password@host:port`, or https. */
  proxy: string;
  /** `host:port` to reach. */
  to: string;
  signal: AbortSignal;
}

/** A socket that ends at `to`. Throws `unavailable` when the proxy cannot be reached or refuses. */
export function tunnel({ account, proxy, to, signal }: TunnelOptions): Promise<Socket> {
  if (!URL.canParse(proxy))
    return Promise.reject(
      new PbxError('invalid-argument', `"${account}": the address of the HTTP proxy is not valid.`),
    );
  const url = new URL(proxy);
  const secure = url.protocol === 'https:';
  const place = { account, host: hostOf(url), secure, proxied: false };
  const credentials = url.username
    ? { 'proxy-authorization': basicAuth(decodeURIComponent(url.username), decodeURIComponent(url.password)) }
    : {};
  return new Promise((resolve, reject) => {
    const ask = (secure ? tlsRequest : plainRequest)({
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port || (secure ? 443 : 80),
      method: 'CONNECT',
      path: to,
      headers: { host: to, ...credentials },
      agent: false,
      signal,
    });
    const refused = (status: number | undefined) =>
      reject(connectionError(new Error(`Proxy response (${status ?? 0})`), { ...place, host: to, proxied: true }));
    ask.once('connect', (answer, socket, head) => {
      if (answer.statusCode === 200) {
        if (head.length > 0) socket.unshift(head);
        resolve(socket);
        return;
      }
      socket.destroy();
      refused(answer.statusCode);
    });
    ask.once('response', (answer) => {
      answer.destroy();
      refused(answer.statusCode);
    });
    ask.once('error', (error) =>
      reject(
        new PbxError('unavailable', `${connectionError(error, place).message} That is the HTTP proxy of the account.`, {
          account,
          vendor: connectionError(error, place).cause.vendor,
        }),
      ),
    );
    ask.end();
  });
}
