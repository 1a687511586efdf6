/** The receivers that webhook.ts compares: each a process that says where it listens and counts what it was given. */
import { hash, timingSafeEqual } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PbxAccount, TOPICS } from '../../lib/index';
import { mango } from '../../lib/providers/mango';
import { KEYS } from './webhook-load';

export interface ServerReport {
  handled: number;
  cpuSeconds: number;
  rssMb: number;
}

let handled = 0;

/** What a flow does with an event here. */
const count = (event: unknown): void => {
  if (event) handled++;
};

function finish(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-length': 0 });
  response.end();
}

/** The least a receiver can do: read, verify, parse, answer, hand on. */
const bare: RequestListener = (request, response) => {
  const chunks: Buffer[] = [];
  let length = 0;
  request.on('data', (chunk: Buffer) => {
    length += chunk.length;
    chunks.push(chunk);
  });
  request.on('end', () => {
    if (length > 65_536) return finish(response, 413);
    const form = new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
    const json = form.get('json') ?? '';
    const expected = hash('sha256', KEYS.apiKey + json + KEYS.apiSalt, 'hex');
    const given = (form.get('sign') ?? '').padEnd(64).slice(0, 64);
    if (!timingSafeEqual(Buffer.from(given, 'latin1'), Buffer.from(expected, 'latin1'))) return finish(response, 401);
    try {
      const event: unknown = JSON.parse(json);
      finish(response, 200);
      count(event);
    } catch {
      finish(response, 400);
    }
  });
};

/** This package's library without Node-RED: the whole way to canonical events. */
function library(): RequestListener {
  const config = { ...KEYS, url: 'https://pbx.example/vpbx/' };
  const account = new PbxAccount({ name: 'bench', provider: 'mango', config, providers: [mango] });
  account.subscribe({ topics: TOPICS.call }, count);
  account.open();
  return (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers, socket } = request;
      const plain = { 'content-type': headers['content-type'] ?? '' };
      const remoteAddress = socket.remoteAddress ?? '';
      account
        .webhook({ method, path, query: {}, headers: plain, body: Buffer.concat(chunks), remoteAddress })
        .then(({ status, after }) => {
          finish(response, status);
          if (after) setImmediate(after);
        }, console.error);
    });
  };
}

interface Peer {
  events(url: string): { call: unknown; summary: unknown; on(name: string, handler: (event: unknown) => void): void };
}

interface PeerApp {
  (...args: Parameters<RequestListener>): void;
  use(handler: unknown): void;
}

/** As in the README of mango-vpbx. */
function peer(): RequestListener {
  const express = require('express') as () => PeerApp;
  const bodyParser = require('body-parser') as { urlencoded(options: object): unknown };
  const VPBX = require('mango-vpbx') as new (key: string, salt: string) => Peer;
  const app = express();
  const events = new VPBX(KEYS.apiKey, KEYS.apiSalt).events('http://example.com/mango');
  app.use(bodyParser.urlencoded({ extended: false }));
  app.use(events.call);
  app.use(events.summary);
  events.on('call', count);
  events.on('summary', count);
  return app;
}

interface Runtime {
  init(server: Server, settings: Record<string, unknown>): void;
  start(): Promise<void>;
  httpAdmin: unknown;
  httpNode: unknown;
}

/** Node-RED with a flow; this package's nodes are taken from beside this file, with MANGO for their only PBX. */
async function nodeRed(server: Server, ours: boolean, ownRoots: boolean): Promise<void> {
  const userDir = mkdtempSync(join(tmpdir(), 'pbx-bench-'));
  process.on('exit', () => rmSync(userDir, { recursive: true, force: true }));
  const nodesDir = join(userDir, 'nodes');
  mkdirSync(nodesDir);
  const compiled = join(__dirname, '..', '..');
  const node = (type: string, code: string) => {
    writeFileSync(join(nodesDir, `${type}.js`), code);
    writeFileSync(
      join(nodesDir, `${type}.html`),
      `<script type="text/javascript">RED.nodes.registerType('${type}', {})</script>`,
    );
  };
  Object.assign(globalThis, { benchCount: count });
  node(
    'bench-sink',
    `module.exports = (RED) => RED.nodes.registerType('bench-sink', function (config) {
    RED.nodes.createNode(this, config);
    this.on('input', (msg, send, done) => { globalThis.benchCount(msg.payload); done(); });
  });`,
  );
  node(
    'pbx-account',
    `module.exports = (RED) => require(${JSON.stringify(join(compiled, 'nodes/pbx-account/runtime'))})
    .registerAccount(RED, [require(${JSON.stringify(join(compiled, 'lib/providers/mango'))}).mango]);`,
  );
  node(
    'pbx-call-events',
    `module.exports = require(${JSON.stringify(join(compiled, 'nodes/pbx-call-events/runtime'))}).default;`,
  );
  writeFileSync(join(userDir, 'flows.json'), JSON.stringify(ours ? accountFlow() : httpFlow()));
  writeFileSync(join(userDir, 'flows_cred.json'), JSON.stringify({ account: KEYS }));

  const express = require('express') as () => PeerApp & { use(root: string, app: unknown): void };
  const app = express();
  const red = require('node-red') as Runtime;
  const roots = ownRoots
    ? { httpAdminRoot: '/admin', httpNodeRoot: '/node' }
    : { httpAdminRoot: '/', httpNodeRoot: '/' };
  red.init(server, {
    userDir,
    nodesDir,
    ...roots,
    flowFile: 'flows.json',
    credentialSecret: false,
    // As Node-RED's own launcher sets it: embedded in a program it takes webhooks through Express.
    settingsFile: join(userDir, 'settings.js'),
    logging: { console: { level: 'error' } },
    externalModules: { autoInstall: false },
    editorTheme: { tours: false },
    telemetry: { enabled: false, updateNotification: false },
  });
  app.use(roots.httpAdminRoot, red.httpAdmin);
  app.use(roots.httpNodeRoot, red.httpNode);
  server.on('request', app);
  await red.start();
}

const TAB = { id: 'tab', type: 'tab', label: 'bench' };
const SINK = { id: 'sink', type: 'bench-sink', z: 'tab', x: 400, y: 100, wires: [] };

function accountFlow(): object[] {
  const account = {
    id: 'account',
    type: 'pbx-account',
    name: 'bench',
    provider: 'mango',
    webhookPath: 'bench',
    allowFrom: [],
    version: 1,
  };
  const filters = { events: [], extension: '', number: '', queue: '', direction: '' };
  const events = {
    id: 'events',
    type: 'pbx-call-events',
    z: 'tab',
    x: 100,
    y: 100,
    account: 'account',
    raw: false,
    version: 1,
  };
  return [TAB, account, SINK, { ...events, ...filters, wires: [['sink']] }];
}

/** What a person would wire by hand: the form is parsed, the answer is sent, nothing is verified. */
function httpFlow(): object[] {
  const inputs = ['call', 'summary'].map((name) => ({
    id: name,
    type: 'http in',
    z: 'tab',
    x: 100,
    y: 100,
    url: `/pbx/bench/events/${name}`,
    method: 'post',
    upload: false,
    wires: [['answer', 'sink']],
  }));
  return [
    TAB,
    SINK,
    ...inputs,
    { id: 'answer', type: 'http response', z: 'tab', x: 300, y: 100, statusCode: '200', headers: {}, wires: [] },
  ];
}

async function main(mode: string): Promise<void> {
  const server = createServer();
  const ownRoots = mode.endsWith('own roots');
  if (mode === 'bare') server.on('request', bare);
  else if (mode === 'library') server.on('request', library());
  else if (mode === 'mango-vpbx') server.on('request', peer());
  else await nodeRed(server, mode.startsWith('pbx-account'), ownRoots);
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo;
    const path = ['bare', 'library', 'mango-vpbx'].includes(mode) ? '' : `${ownRoots ? '/node' : ''}/pbx/bench`;
    process.send?.({ url: `http://127.0.0.1:${port}${path}` });
  });
  let before = process.cpuUsage();
  process.on('message', (order) => {
    if (order === 'start') {
      handled = 0;
      before = process.cpuUsage();
      process.send?.({});
      return;
    }
    const { user, system } = process.cpuUsage(before);
    // What is done after the answers is part of the work, so it may end first.
    setImmediate(() => {
      process.send?.({
        handled,
        cpuSeconds: (user + system) / 1e6,
        rssMb: process.resourceUsage().maxRSS / 1024,
      } satisfies ServerReport);
    });
  });
}

if (require.main === module)
  main(process.argv[2] ?? '').catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
