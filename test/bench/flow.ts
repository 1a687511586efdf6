/**
 * Socket to message: how many manager events a second a whole Node-RED takes with this package, call model included, and what nodes
 * cost that do not want an event.
 *
 *     npm run build && npx tsc -p . --outDir .build/bench && node .build/bench/test/bench/flow.js [events=200000] [runs=5]
 *
 * Every run is a Node-RED process of its own that logs in over loopback; this process plays Asterisk. The clock runs from the first byte
 * of the stream until the call that comes last has arrived in a flow. Modes are interleaved, medians are printed.
 */
import { fork } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { feed } from './ami-feed';
import { median } from './ami-modes';
import { amiStream, writesOf } from './ami-stream';
import { SENTINEL, type FlowReport } from './flow-node-red';

interface Run extends FlowReport {
  seconds: number;
}

/** Nodes in the flow that want none of the events, by mode. */
const IDLE_NODES: Readonly<Record<string, number>> = {
  'no idle node': 0,
  '1 idle': 1,
  '10 idle': 10,
  '1000 idle': 1000,
};

async function main(): Promise<void> {
  const [events = 200_000, runs = 5] = process.argv.slice(2).map(Number);
  const writes = writesOf(Buffer.concat([amiStream(events), lastCall()]));
  const results = new Map<string, Run[]>(Object.keys(IDLE_NODES).map((mode) => [mode, []]));
  for (let i = 0; i < runs; i++)
    for (const [mode, idle] of Object.entries(IDLE_NODES)) results.get(mode)?.push(await run(writes, idle));

  console.log(`${events} events, ${runs} runs, Node.js ${process.version}`);
  console.log(['mode', 'events/s', 'min..max', 'messages', 'CPU us/event', 'peak RSS MB'].join('\t'));
  const rates = new Map<string, number>();
  for (const [mode, measured] of results) {
    const perSecond = measured.map(({ seconds }) => events / seconds);
    rates.set(mode, median(perSecond));
    console.log(
      [
        mode.padEnd(12),
        Math.round(median(perSecond)),
        `${Math.round(Math.min(...perSecond) / 1000)}k..${Math.round(Math.max(...perSecond) / 1000)}k`,
        measured[0]?.messages,
        median(measured.map(({ cpuSeconds }) => (cpuSeconds / events) * 1e6)).toFixed(2),
        Math.round(median(measured.map(({ peakRssMb }) => peakRssMb))),
      ].join('\t'),
    );
  }
  const one = rates.get('1 idle') ?? Number.NaN;
  for (const mode of ['10 idle', '1000 idle'])
    console.log(`${mode} / 1 idle = ${((rates.get(mode) ?? Number.NaN) / one).toFixed(2)} (target 0.90..1.10)`);
}

/** A caller with an unmistakable number, so that the flow knows that it has seen everything. */
function lastCall(): Buffer {
  const leg = [
    'Channel: PJSIP/trunk-ffffffff',
    'ChannelState: 4',
    'ChannelStateDesc: Ring',
    `CallerIDNum: ${SENTINEL}`,
    'CallerIDName: <unknown>',
    'ConnectedLineNum: <unknown>',
    'ConnectedLineName: <unknown>',
    'Language: en',
    'AccountCode: ',
    'Context: from-trunk',
    'Exten: 500',
    'Priority: 1',
    'Uniqueid: 1999999999.1',
    'Linkedid: 1999999999.1',
  ];
  return Buffer.from(`${['Event: Newchannel', 'Privilege: call,all', ...leg].join('\r\n')}\r\n\r\n`);
}

function run(writes: readonly Buffer[], idle: number): Promise<Run> {
  return new Promise((resolve, reject) => {
    let startedAt = 0;
    const server = createServer((socket) => {
      feed(socket, writes, {
        quietMs: 300,
        onStart: () => {
          startedAt = performance.now();
        },
      });
    }).listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      const child = fork(join(__dirname, 'flow-node-red.js'), [String(port), String(idle)], {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      let result: Run | null = null;
      child.on('message', (message) => {
        result = { ...(message as FlowReport), seconds: (performance.now() - startedAt) / 1000 };
        child.kill('SIGKILL');
      });
      child.on('exit', (code) => {
        server.close();
        if (result) resolve(result);
        else reject(new Error(`Node-RED ended with ${code} and no result`));
      });
    });
  });
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
