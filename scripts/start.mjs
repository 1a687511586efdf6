// `npm start`: Node-RED with this package and a demo flow on a simulated telephone system. Needs no account, no database and
// no root. Everything it writes is in .user/ (delete the folder to begin anew). PORT chooses another port than 1880.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { ensureInstalled } from './install.mjs';
import { root, runNode, tool } from './run.mjs';

const host = '127.0.0.1';
const userDir = join(root, '.user');
const demo = join(root, 'examples', 'Demo - a small office on the simulator.json');

await ensureInstalled();
const build = await runNode(join(root, 'scripts', 'build.mjs'), []);
if (build.code !== 0) process.exit(build.code);

prepareUserDir();
const port = await freePort(Number(process.env.PORT ?? 1880));
await serve(port);

function prepareUserDir() {
  const { name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const link = join(userDir, 'node_modules', name);
  mkdirSync(dirname(link), { recursive: true });
  rmSync(link, { recursive: true, force: true });
  symlinkSync(root, link, 'junction');

  writeOnce('package.json', () =>
    JSON.stringify({ name: 'demo', private: true, dependencies: { [name]: 'file:..' } }, null, 2),
  );
  writeOnce('settings.js', () => settings(randomBytes(24).toString('hex')));
  if (!existsSync(join(userDir, 'flows.json'))) {
    if (existsSync(demo)) cpSync(demo, join(userDir, 'flows.json'));
    else writeOnce('flows.json', () => JSON.stringify([{ id: 'demo', type: 'tab', label: 'Demo' }]));
  }
}

function writeOnce(name, text) {
  const file = join(userDir, name);
  if (!existsSync(file)) writeFileSync(file, `${text()}\n`);
}

function settings(credentialSecret) {
  return `// Node-RED settings of the demo (npm start). Yours to change: the file is written only when it does not exist.
module.exports = {
  uiHost: '${host}',
  flowFile: 'flows.json',
  flowFilePretty: true,
  credentialSecret: '${credentialSecret}',
  telemetry: { enabled: false, updateNotification: false },
  editorTheme: { tours: false, projects: { enabled: false } },
  externalModules: { autoInstall: false },
  logging: { console: { level: 'info', metrics: false, audit: false } },
};`;
}

async function freePort(wanted) {
  for (let port = wanted; port < wanted + 100; port++) {
    if (await isFree(port)) {
      if (port !== wanted) console.log(`Port ${wanted} is taken by another program: using ${port} instead.`);
      return port;
    }
  }
  console.error(`No free port from ${wanted} to ${wanted + 99}. Set PORT to another number.`);
  return process.exit(1);
}

function isFree(port) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
}

async function serve(port) {
  const address = `http://${host}:${port}`;
  const child = spawn(process.execPath, [tool('node-red', 'node-red'), '-u', userDir, '-p', String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let lastOutput = Date.now();
  child.stdout.on('data', (chunk) => {
    lastOutput = Date.now();
    process.stdout.write(chunk);
  });
  const ended = new Promise((resolve) => {
    child.on('close', (code, signal) => resolve(signal ? 0 : (code ?? 1)));
  });
  // Ctrl-C reaches Node-RED by itself; a signal sent to this process alone has to be handed on.
  process.on('SIGINT', () => child.kill('SIGINT'));
  process.on('SIGTERM', () => child.kill('SIGTERM'));

  const running = () => child.exitCode === null && child.signalCode === null;
  while (running() && !(await answers(address))) await pause(200);
  // Node-RED goes on logging while it starts the flows: the address shall be the last thing to read.
  while (running() && Date.now() - lastOutput < 500) await pause(100);
  if (running()) console.log(`\n  Node-RED with the telephone nodes is running:  ${address}\n  Ctrl-C stops it.\n`);
  process.exit(await ended);
}

async function answers(address) {
  try {
    return (await fetch(`${address}/settings`)).ok;
  } catch {
    return false;
  }
}

function pause(milliseconds) {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
