/**
 * Compares this package's AMI parser with what the machine could do at best (floors) and with other clients.
 *
 *     npx tsc -p . --outDir .build/bench && node .build/bench/test/bench/ami-parse.js [events=200000] [runs=5] [mode...]
 *
 * Every run is a process of its own that logs in over loopback and takes the whole stream from a feeder, the parent;
 * modes are interleaved, medians are printed. Beforehand every event that our parser gives is compared field by field
 * with what was generated.
 */
import { execFileSync, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { feed } from './ami-feed';
import { median, type Measured } from './ami-modes';
import { amiStream, writesOf } from './ami-stream';

const FLOORS = ['bytes', 'split', 'objects', 'objects-filtered'] as const;
const OURS = ['parser', 'parser-objects', 'parser-filtered', 'session', 'session-filtered'] as const;
const PEERS = ['yana', 'ami-io', 'asterisk-manager'];

/** What is compared with what, and the least that is accepted. */
const RATIOS = [
  ['parser', 'objects', 0.8],
  ['parser-objects', 'objects', 0],
  ['parser-filtered', 'objects-filtered', 0.65],
  ['session', 'objects', 0],
  ['session-filtered', 'objects-filtered', 0],
] as const;

async function main(): Promise<void> {
  const numbers = process.argv.slice(2).filter((argument) => /^\d+$/.test(argument));
  const chosen = process.argv.slice(2).filter((argument) => !/^\d+$/.test(argument));
  const events = Number(numbers[0] ?? 200_000);
  const runs = Number(numbers[1] ?? 5);
  const folder = benchFolder();
  const all: string[] = [...FLOORS, ...OURS, ...peers(folder)];
  const modes = chosen.length > 0 ? all.filter((mode) => chosen.includes(mode)) : all;
  const stream = amiStream(events);
  console.log(
    `${events} events, ${(stream.length / 1e6).toFixed(1)} MB, mean ${Math.round(stream.length / events)} bytes`,
  );
  const writes = writesOf(stream);

  const verified = await run('verify', writes, events, folder);
  console.log(`verify: ${verified.events} events, ${verified.damaged} with a damaged field`);
  if (verified.events !== events || verified.damaged !== 0) process.exitCode = 1;

  const results = new Map<string, Measured[]>(modes.map((mode) => [mode, []]));
  for (let i = 0; i < runs; i++) {
    for (const mode of modes) results.get(mode)?.push(await run(mode, writes, events, folder));
  }
  print(results, stream.length);
}

function print(results: ReadonlyMap<string, readonly Measured[]>, bytes: number): void {
  const costs = new Map<string, number>();
  console.log(['mode', 'events/s', 'min..max', 'MB/s', 'CPU us/event', 'RSS MB', 'events'].join('\t'));
  for (const [mode, measured] of results) {
    // The stream is the same for all, so a mode's rate counts all its events, also those it passes over.
    const perSecond = measured.map(({ total, seconds }) => total / seconds);
    const rate = median(perSecond);
    const cost = median(measured.map(({ cpuSeconds, total }) => (cpuSeconds / total) * 1e6));
    costs.set(mode, cost);
    console.log(
      [
        mode.padEnd(17),
        Math.round(rate),
        `${thousand(Math.min(...perSecond))}..${thousand(Math.max(...perSecond))}`,
        Math.round(median(measured.map(({ seconds }) => bytes / seconds / 1e6))),
        cost.toFixed(2),
        Math.round(median(measured.map(({ rssMb }) => rssMb))),
        measured[0]?.events,
      ].join('\t'),
    );
  }
  console.log('\nSpeed against the floor, by CPU time: the clock also measures the neighbours of a shared machine.');
  for (const [ours, floor, least] of RATIOS) {
    const cost = costs.get(ours);
    const best = costs.get(floor);
    if (cost === undefined || best === undefined) continue;
    const ratio = best / cost;
    const verdict = least === 0 ? '' : ratio >= least ? ` (target ${least}: met)` : ` (target ${least}: MISSED)`;
    console.log(`${ours} / ${floor} = ${ratio.toFixed(2)}${verdict}`);
    if (ratio < least) process.exitCode = 1;
  }
}

function thousand(value: number): string {
  return `${Math.round(value / 1000)}k`;
}

/** One process, one connection, the whole stream. */
function run(mode: string, writes: readonly Buffer[], events: number, folder: string): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => feed(socket, writes)).listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      const child = fork(join(__dirname, 'ami-modes.js'), [mode, String(port), String(events), folder]);
      let measured: Measured | null = null;
      child.on('message', (message) => {
        measured = message as Measured;
      });
      child.on('exit', (code) => {
        server.close();
        if (measured) resolve(measured);
        else reject(new Error(`${mode} ended with ${code} and no result`));
      });
    });
  });
}

/** The folder of the sources: the peers are installed there, beside their package.json. */
function benchFolder(): string {
  let folder = __dirname;
  while (!existsSync(join(folder, 'package-lock.json'))) folder = dirname(folder);
  return join(folder, 'test', 'bench');
}

/** Other clients, installed if they are missing; without a registry the floors are compared alone. */
function peers(folder: string): string[] {
  const missing = PEERS.filter((name) => !existsSync(join(folder, 'node_modules', name)));
  if (missing.length > 0) {
    try {
      execFileSync('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts'], {
        cwd: folder,
        stdio: 'ignore',
      });
    } catch {
      console.log(`not installed, left out: ${missing.join(', ')}`);
    }
  }
  return PEERS.filter((name) => existsSync(join(folder, 'node_modules', name)));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
