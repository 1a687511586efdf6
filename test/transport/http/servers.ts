/** Web servers and a proxy on loopback for tests, all closed with one call. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect } from 'node:net';
import type { AddressInfo, Server as TcpServer, Socket } from 'node:net';
import { CERTIFICATE, KEY } from './certificate';

const open = new Set<() => Promise<void>>();

/** For `afterEach`. */
export async function closeServers(): Promise<void> {
  await Promise.all([...open].map((close) => close()));
  open.clear();
}

async function listening(server: TcpServer): Promise<number> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
  };
  server.on('connection', keep);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.add(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return (server.address() as AddressInfo).port;
}

export interface Received {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

export interface WebServer {
  /** `http://127.0.0.1:port` */
  url: string;
  port: number;
  server: Server;
  received: Received[];
}

/** Answers each request by `answer`, the whole body in hand. */
export async function webServer(
  answer: (request: Received, response: ServerResponse) => void,
  { tls = false }: { tls?: boolean } = {},
): Promise<WebServer> {
  const received: Received[] = [];
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const whole = { method, path: url, headers, body: Buffer.concat(chunks).toString('utf8') };
      received.push(whole);
      answer(whole, response);
    });
  };
  const server = tls ? createTlsServer({ key: KEY, cert: CERTIFICATE }, handle) : createServer(handle);
  const port = await listening(server);
  return { url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`, port, server, received };
}

export interface ProxyServer {
  url: string;
  port: number;
  /** What was asked to be connected to, in order. */
  asked: { to: string; authorization: string | undefined }[];
}

/** An HTTP proxy that knows CONNECT; `status` other than 200 refuses. */
export async function proxyServer(
  status: (authorization: string | undefined) => number = () => 200,
): Promise<ProxyServer> {
  const asked: ProxyServer['asked'] = [];
  const server = createServer((_request, response) => response.writeHead(405).end());
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    const authorization = request.headers['proxy-authorization'];
    asked.push({ to: request.url ?? '', authorization });
    const code = status(authorization);
    if (code !== 200) {
      socket.end(`HTTP/1.1 ${code} No\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const [host = '', port = ''] = (request.url ?? '').split(':');
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    onward.on('error', () => socket.destroy());
    socket.on('close', () => onward.destroy());
  });
  const port = await listening(server);
  return { url: `http://127.0.0.1:${port}`, port, asked };
}

/** A TCP server that does with a connection whatever the test wants. */
export async function tcpServer(talk: (socket: Socket) => void): Promise<number> {
  const { createServer: createTcpServer } = await import('node:net');
  return listening(createTcpServer(talk));
}

/** A port on which nothing listens. */
export async function freePort(): Promise<number> {
  const { createServer: createTcpServer } = await import('node:net');
  const server = createTcpServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
