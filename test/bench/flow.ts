/**
 * Socket to message: how many manager events a second a whole Node-RED takes with this package, call model included, and what nodes
 * cost that do not want an event.
 *
 *     npm run build && npx tsc -p . --outDir .build/bench && node .build/bench/test/bench/flow.js [events=200000] [runs=5]
 *
 * Every run is a Node-RED process of its own that logs in over loopback; this process plays Asterisk. The clock runs from the first byte
 * of the stream until the call that comes last has arrived in a flow. Each round also runs the floor, "split + parse into objects" (see
 * ami-modes.ts): on a shared machine the neighbours slow down everything, so CPU time is compared, and only within a round. Medians are
 * printed.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { feed, type FeedOptions } from './ami-feed';
import { median, type Measured } from './ami-modes';
import { amiStream, writesOf } from './ami-stream';
import { SENTINEL, type FlowReport } from './flow-node-red';

interface Run {
  seconds: number;
  cpuSeconds: number;
  peakRssMb: number;
  messages: number;
}

const FLOOR = 'object floor';
/** Nodes in the flow that want none of the events, by mode. */
const IDLE_NODES: Readonly<Record<string, number>> = {
  'no idle node': 0,
  '1 idle': 1,
  '10 idle': 10,
  '1000 idle': 1000,
};
const MODES = [FLOOR, ...Object.keys(IDLE_NODES)];
/** An idle node may cost this much of an event. */
const IDLE_TOLERANCE = 0.1;
const EVENTS_PER_SECOND = 100_000;
const RSS_MB = 200;

async function main(): Promise<void> {
  const [events = 200_000, runs = 5] = process.argv.slice(2).map(Number);
  const stream = amiStream(events);
  const writes = writesOf(Buffer.concat([stream, lastCall()]));
  const rounds: Record<string, Run>[] = [];
  for (let i = 0; i < runs; i++) {
    const round: Record<string, Run> = {};
    // There and back, so that a machine that becomes slower meanwhile does not always hit the same mode.
    for (const mode of i % 2 === 0 ? MODES : MODES.toReversed())
      round[mode] =
        mode === FLOOR ? await runFloor(writesOf(stream), events) : await run(writes, IDLE_NODES[mode] ?? 0);
    rounds.push(round);
  }
  print(rounds, events);
}

function print(rounds: readonly Record<string, Run>[], events: number): void {
  const all = (mode: string, value: (run: Run) => number) =>
    rounds.flatMap(({ [mode]: measured }) => (measured ? [value(measured)] : []));
  const cpuAgainst = (mode: string, other: string) =>
    median(rounds.map(({ [mode]: one, [other]: two }) => (one?.cpuSeconds ?? NaN) / (two?.cpuSeconds ?? NaN)));
  console.log(`${events} events, ${rounds.length} rounds, Node.js ${process.version}`);
  console.log(
    ['mode', 'events/s', 'min..max', 'events/CPU s', 'CPU us/event', 'speed/floor', 'messages', 'peak RSS MB'].join(
      '\t',
    ),
  );
  for (const mode of MODES) {
    const perSecond = all(mode, ({ seconds }) => events / seconds);
    console.log(
      [
        mode.padEnd(12),
        Math.round(median(perSecond)),
        `${Math.round(Math.min(...perSecond) / 1000)}k..${Math.round(Math.max(...perSecond) / 1000)}k`,
        Math.round(median(all(mode, ({ cpuSeconds }) => events / cpuSeconds))),
        median(all(mode, ({ cpuSeconds }) => (cpuSeconds / events) * 1e6)).toFixed(2),
        cpuAgainst(FLOOR, mode).toFixed(2),
        Math.round(median(all(mode, ({ messages }) => messages))),
        Math.round(median(all(mode, ({ peakRssMb }) => peakRssMb))),
      ].join('\t'),
    );
  }
  console.log();
  const best = Math.max(...all('no idle node', ({ seconds }) => events / seconds));
  verdict(`best run: ${Math.round(best)} events/s (target ${EVENTS_PER_SECOND})`, best >= EVENTS_PER_SECOND);
  const rss = median(all('no idle node', ({ peakRssMb }) => peakRssMb));
  verdict(`peak RSS ${Math.round(rss)} MB (target below ${RSS_MB})`, rss < RSS_MB);
  for (const mode of ['10 idle', '1000 idle']) {
    const ratio = cpuAgainst(mode, '1 idle');
    const text = `CPU time of an event, ${mode} / 1 idle = ${ratio.toFixed(2)} (target ${1 - IDLE_TOLERANCE}..${1 + IDLE_TOLERANCE})`;
    verdict(text, Math.abs(ratio - 1) <= IDLE_TOLERANCE);
  }
}

function verdict(text: string, isMet: boolean): void {
  console.log(`${text}: ${isMet ? 'met' : 'MISSED'}`);
  if (!isMet) process.exitCode = 1;
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

async function run(writes: readonly Buffer[], idle: number): Promise<Run> {
  let startedAt = 0;
  const start = (port: number) => spawn('flow-node-red.js', [String(port), String(idle)]);
  const onStart = () => {
    startedAt = performance.now();
  };
  const report = (await reported(writes, start, { quietMs: 300, onStart })) as FlowReport;
  return { ...report, seconds: (performance.now() - startedAt) / 1000 };
}

async function runFloor(writes: readonly Buffer[], events: number): Promise<Run> {
  const start = (port: number) => spawn('ami-modes.js', ['objects', String(port), String(events)]);
  const { seconds, cpuSeconds, rssMb } = (await reported(writes, start, {})) as Measured;
  return { seconds, cpuSeconds, peakRssMb: rssMb, messages: events };
}

function spawn(script: string, options: readonly string[]): ChildProcess {
  return fork(join(__dirname, script), options, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
}

/** What a process reports that takes the stream from here. */
function reported(
  writes: readonly Buffer[],
  start: (port: number) => ChildProcess,
  options: FeedOptions,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => feed(socket, writes, options)).listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      const child = start(port);
      child.on('message', (message) => {
        resolve(message);
        child.kill('SIGKILL');
      });
      child.on('exit', (code) => {
        server.close();
        reject(new Error(`a process ended with ${code} and no result`));
      });
    });
  });
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
