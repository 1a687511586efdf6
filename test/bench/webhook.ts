/**
 * How many signed MANGO notifications a second arrive in a flow through Node-RED's HTTP server, compared in one run with Node-RED's own
 * "http in" node, with mango-vpbx (which verifies nothing) as its README sets it up, and with a bare server that verifies and parses.
 *
 *     npx tsc -p . --outDir .build/bench && node .build/bench/test/bench/webhook.js [requests=30000] [runs=5] [mode...]
 *
 * Every run is a server process of its own, loaded over 20 loopback connections by a second process; modes are interleaved, medians are
 * printed. No two notifications are alike, as they are not in life: three of a call, then its summary. Beforehand each server shows what
 * it answers to a forged, a broken and an oversized one.
 */
import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { median } from './ami-modes';
import type { LoadReport } from './webhook-load';
import type { ServerReport } from './webhook-servers';

const MODES = [
  'bare',
  'library',
  'mango-vpbx',
  'http in',
  'pbx-account',
  'http in, own roots',
  'pbx-account, own roots',
];

/** What is compared with what, and the least that is accepted. */
const RATIOS = [
  ['pbx-account', 'mango-vpbx', 1],
  ['pbx-account', 'http in', 0.6],
  ['pbx-account, own roots', 'mango-vpbx', 1],
  ['pbx-account, own roots', 'http in, own roots', 0.6],
  ['library', 'mango-vpbx', 1],
  ['library', 'bare', 0],
  ['pbx-account', 'bare', 0],
] as const;

interface Run {
  perSecond: number;
  cpuMicros: number;
  p50: number;
  p99: number;
  rssMb: number;
  handled: number;
  answers: string;
}

async function main(): Promise<void> {
  const given = process.argv.slice(2);
  const [requests = 30_000, runs = 5] = given.filter((argument) => /^\d+$/.test(argument)).map(Number);
  const chosen = given.filter((argument) => !/^\d+$/.test(argument));
  const folder = peersFolder();
  const all = existsSync(join(folder, 'node_modules', 'mango-vpbx'))
    ? MODES
    : MODES.filter((mode) => mode !== 'mango-vpbx');
  const modes = chosen.length > 0 ? all.filter((mode) => chosen.includes(mode)) : all;
  const results = new Map<string, Run[]>(modes.map((mode) => [mode, []]));
  for (let i = 0; i < runs; i++) for (const mode of modes) results.get(mode)?.push(await run(mode, requests, folder));
  print(results, requests, runs);
}

function print(results: ReadonlyMap<string, readonly Run[]>, requests: number, runs: number): void {
  console.log(`${requests} notifications, ${runs} runs, Node.js ${process.version}`);
  console.log(
    ['mode', 'req/s', 'min..max', 'CPU us/req', 'p50/p99 ms', 'RSS MB', 'handled', 'forged/broken/large'].join('\t'),
  );
  const rates = new Map<string, number>();
  for (const [mode, measured] of results) {
    const perSecond = measured.map((one) => one.perSecond);
    rates.set(mode, median(perSecond));
    console.log(
      [
        mode.padEnd(22),
        Math.round(median(perSecond)),
        `${Math.round(Math.min(...perSecond))}..${Math.round(Math.max(...perSecond))}`,
        median(measured.map((one) => one.cpuMicros)).toFixed(1),
        `${median(measured.map((one) => one.p50)).toFixed(1)}/${median(measured.map((one) => one.p99)).toFixed(1)}`,
        Math.round(median(measured.map((one) => one.rssMb))),
        measured[0]?.handled,
        measured[0]?.answers,
      ].join('\t'),
    );
  }
  for (const [ours, other, least] of RATIOS) {
    const [rate, base] = [rates.get(ours), rates.get(other)];
    if (rate === undefined || base === undefined) continue;
    const ratio = rate / base;
    const verdict = least === 0 ? '' : ratio >= least ? ` (target ${least}: met)` : ` (target ${least}: MISSED)`;
    console.log(`${ours} / ${other} = ${ratio.toFixed(2)}${verdict}`);
    if (ratio < least) process.exitCode = 1;
  }
}

async function run(mode: string, requests: number, folder: string): Promise<Run> {
  const env = { ...process.env, NODE_ENV: 'production', NODE_PATH: join(folder, 'node_modules') };
  const server = fork(join(__dirname, 'webhook-servers.js'), [mode], {
    env,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  try {
    const { url } = await message<{ url: string }>(server);
    const load = fork(join(__dirname, 'webhook-load.js'), [url, String(requests)], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const { answers } = await message<{ answers: string }>(load);
    server.send('start');
    await message(server);
    load.send('start');
    const loaded = await message<LoadReport>(load);
    server.send('stop');
    const served = await message<ServerReport>(server);
    return {
      perSecond: requests / loaded.seconds,
      cpuMicros: (served.cpuSeconds / requests) * 1e6,
      p50: loaded.p50,
      p99: loaded.p99,
      rssMb: served.rssMb,
      handled: served.handled,
      answers,
    };
  } finally {
    server.kill('SIGKILL');
  }
}

function message<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`a process ended with ${code} and no result`));
    child.once('exit', ended);
    child.once('message', (content) => {
      child.off('exit', ended);
      resolve(content as T);
    });
  });
}

/** The peers lie in a folder of their own beside the sources; they are installed when they are missing. */
function peersFolder(): string {
  let root = __dirname;
  while (!existsSync(join(root, 'package-lock.json'))) root = dirname(root);
  const folder = join(root, 'test', 'bench', 'webhook-peers');
  if (!existsSync(join(folder, 'node_modules', 'mango-vpbx'))) {
    try {
      execFileSync('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts'], {
        cwd: folder,
        stdio: 'ignore',
      });
    } catch {
      console.log('not installed, left out: mango-vpbx');
    }
  }
  return folder;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
