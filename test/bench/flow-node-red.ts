/** The other half of flow.ts: a Node-RED with an account, an event node, a node that counts, and idle nodes. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { packageJson, projectRoot } from '../browser/harness-project';
import { peakRssMb } from './ami-modes';

/** The caller whose call comes last. */
export const SENTINEL = '+79990000000';

export interface FlowReport {
  messages: number;
  cpuSeconds: number;
  peakRssMb: number;
}

/** A node that counts what it gets and reports when the last call has come. */
const SINK = `module.exports = (RED) => {
  RED.nodes.registerType('bench-sink', function (config) {
    RED.nodes.createNode(this, config);
    let messages = 0;
    let before = null;
    this.on('input', (msg, send, done) => {
      if (messages++ === 0) before = process.cpuUsage();
      if (msg.payload.call.from.number === '${SENTINEL}') {
        const { user, system } = process.cpuUsage(before);
        process.send({ messages, cpuSeconds: (user + system) / 1e6, peakRssMb: globalThis.benchPeakRssMb() });
      }
      done();
    });
  });
};`;

const SINK_HTML = `<script type="text/javascript">RED.nodes.registerType('bench-sink', { category: 'function', defaults: {}, inputs: 1, outputs: 0 })</script>`;

interface Runtime {
  init(server: unknown, settings: Record<string, unknown>): void;
  start(): Promise<void>;
}

async function main(port: number, idle: number): Promise<void> {
  const userDir = mkdtempSync(join(tmpdir(), 'pbx-bench-'));
  process.on('exit', () => rmSync(userDir, { recursive: true, force: true }));
  const link = join(userDir, 'node_modules', packageJson.name);
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(projectRoot, link, 'junction');
  const nodesDir = join(userDir, 'nodes');
  mkdirSync(nodesDir);
  writeFileSync(join(nodesDir, 'bench-sink.js'), SINK);
  writeFileSync(join(nodesDir, 'bench-sink.html'), SINK_HTML);
  writeFileSync(join(userDir, 'package.json'), JSON.stringify({ dependencies: { [packageJson.name]: 'file:.' } }));
  writeFileSync(join(userDir, 'flows.json'), JSON.stringify(flow(port, idle)));
  writeFileSync(
    join(userDir, 'flows_cred.json'),
    JSON.stringify({ account: { username: 'bench', password: 'bench-secret' } }),
  );

  Object.assign(globalThis, { benchPeakRssMb: peakRssMb });
  const server = createServer();
  const red = require('node-red') as Runtime;
  red.init(server, {
    userDir,
    nodesDir,
    flowFile: 'flows.json',
    credentialSecret: false,
    httpAdminRoot: false,
    httpNodeRoot: false,
    logging: { console: { level: 'error' } },
    externalModules: { autoInstall: false },
  });
  await red.start();
}

function flow(port: number, idle: number): object[] {
  const event = { type: 'pbx-call-events', z: 'tab', x: 100, y: 100, account: 'account', version: 1, raw: false };
  const none = { events: [], extension: '', number: '', queue: '', direction: '' };
  const nodes: object[] = [
    { id: 'tab', type: 'tab', label: 'bench' },
    {
      id: 'account',
      type: 'pbx-account',
      name: 'bench',
      provider: 'asterisk',
      host: '127.0.0.1',
      port,
      technology: 'PJSIP',
      context: 'from-internal',
      version: 1,
    },
    { id: 'sink', type: 'bench-sink', z: 'tab', x: 400, y: 100, wires: [] },
    { id: 'wants', ...event, ...none, wires: [['sink']] },
  ];
  for (let i = 0; i < idle; i++) {
    // Half want an extension that never calls, half a topic that never comes.
    const filter = i % 2 === 0 ? { ...none, extension: `9${i}` } : { ...none, events: ['call.dtmf'] };
    nodes.push({ id: `idle${i}`, ...event, ...filter, wires: [['sink']] });
  }
  return nodes;
}

if (require.main === module) {
  const [port = 0, idle = 0] = process.argv.slice(2).map(Number);
  main(port, idle).catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
