/**
 * A real Node-RED process with this package installed, on a free port of 127.0.0.1 and with a user folder of its own, and the
 * parts of its admin API (https://nodered.org/docs/api/admin/methods/) that tests use.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DebugFeed, flowsRun } from './harness-debug';
import { nodeRed5, type NodeRedProgram } from './harness-node-red-5';
import { Unavailable } from './harness-on-demand';
import { projectRoot } from './harness-project';

export type NodeRedVersion = 4 | 5;

/** A node as the flow file holds it. `credentials` are taken out and encrypted by Node-RED when it is deployed. */
export interface FlowNode {
  readonly id: string;
  readonly type: string;
  readonly [property: string]: unknown;
}

export interface NodeRedOptions {
  /** Default 4. Version 5 may throw Unavailable. */
  readonly version?: NodeRedVersion;
  readonly flows?: readonly FlowNode[];
  /** Further entries of settings.js, which must be expressible in JSON. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** A user folder that has the package installed already. Default: a new one with a link to the project. Removed by `stop`. */
  readonly userDir?: string;
  /** Folders of other palettes that are installed as well. */
  readonly palettes?: readonly string[];
}

const startLimitMs = 30_000;
const stopLimitMs = 10_000;

export class NodeRed {
  /** For example `http://127.0.0.1:40123`. */
  readonly url: string;
  readonly version: NodeRedVersion;
  readonly #process: ChildProcess;
  readonly #userDir: string;
  readonly #log: string[];
  #feeds: DebugFeed[] = [];

  private constructor(url: string, version: NodeRedVersion, child: ChildProcess, userDir: string, log: string[]) {
    this.url = url;
    this.version = version;
    this.#process = child;
    this.#userDir = userDir;
    this.#log = log;
  }

  static async start(options: NodeRedOptions = {}): Promise<NodeRed> {
    const version = options.version ?? 4;
    const program = version === 5 ? await nodeRed5() : nodeRed4();
    const userDir = options.userDir ?? linkedUserDir([projectRoot, ...(options.palettes ?? [])]);
    writeFileSync(join(userDir, 'settings.js'), settings(options.settings ?? {}));

    const log: string[] = [];
    const child = spawn(program.node, [program.script, '-u', userDir], {
      cwd: userDir,
      env: { ...process.env, LANG: 'C', LC_ALL: 'C', NODE_RED_HOME: undefined },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    try {
      const url = await started(child, log);
      const nodeRed = new NodeRed(url, version, child, userDir, log);
      if (options.flows) await nodeRed.deploy(options.flows);
      return nodeRed;
    } catch (error) {
      await end(child);
      rmSync(userDir, { recursive: true, force: true });
      throw error;
    }
  }

  /** As `start`; when Node-RED 5 cannot be installed here, the suite of the calling hook is skipped, and says so. */
  static async startOrSkip(hook: Mocha.Context, options: NodeRedOptions): Promise<NodeRed> {
    try {
      return await NodeRed.start(options);
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      console.error(`*** SKIPPED: ${error.message}`);
      return hook.skip();
    }
  }

  /** What Node-RED has printed so far. */
  get log(): string {
    return this.#log.join('');
  }

  /** Ends the process and removes its user folder. */
  async stop(): Promise<void> {
    for (const feed of this.#feeds) feed.close();
    this.#feeds = [];
    await end(this.#process);
    rmSync(this.#userDir, { recursive: true, force: true });
  }

  /** JSON answer of the admin API. @throws when the status is not 2xx */
  async get<T = unknown>(path: string): Promise<T> {
    const response = await fetch(`${this.url}/${path}`, {
      headers: { accept: 'application/json', 'Node-RED-API-Version': 'v2' },
    });
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  async post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return await fetch(`${this.url}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  }

  /** Replaces the flows, as the deploy button does, and waits until the new ones run. */
  async deploy(flows: readonly FlowNode[], type: 'full' | 'nodes' | 'flows' = 'full'): Promise<void> {
    const { rev } = await this.get<{ rev: string }>('flows');
    const headers = { 'Node-RED-API-Version': 'v2', 'Node-RED-Deployment-Type': type };
    const response = await this.post('flows', { flows, rev }, headers);
    if (!response.ok) throw new Error(`deploy: ${response.status} ${await response.text()}`);
    const { rev: revision } = (await response.json()) as { rev: string };
    await flowsRun(this.url, revision);
  }

  async flows(): Promise<FlowNode[]> {
    return (await this.get<{ flows: FlowNode[] }>('flows')).flows;
  }

  /** Presses the button of an inject node. */
  async inject(id: string): Promise<void> {
    const response = await this.post(`inject/${id}`, {});
    if (!response.ok) throw new Error(`inject ${id}: ${response.status}`);
  }

  /** What debug nodes print and how nodes change their status, from now on (a present status comes at once). */
  async debug(): Promise<DebugFeed> {
    const feed = await DebugFeed.open(this.url);
    this.#feeds.push(feed);
    return feed;
  }
}

function nodeRed4(): NodeRedProgram {
  return { node: process.execPath, script: require.resolve('node-red/red.js') };
}

/** A new user folder without any package in it. */
export function newUserDir(): string {
  const userDir = mkdtempSync(join(tmpdir(), 'node-red-'));
  writeFileSync(join(userDir, 'package.json'), '{ "name": "user", "private": true, "dependencies": {} }\n');
  return userDir;
}

function linkedUserDir(palettes: readonly string[]): string {
  const userDir = newUserDir();
  const dependencies: Record<string, string> = {};
  for (const palette of palettes) {
    const { name } = JSON.parse(readFileSync(join(palette, 'package.json'), 'utf8')) as { name: string };
    const link = join(userDir, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(palette, link, 'junction');
    dependencies[name] = '*';
  }
  writeFileSync(join(userDir, 'package.json'), JSON.stringify({ private: true, dependencies }));
  return userDir;
}

function settings(more: Readonly<Record<string, unknown>>): string {
  const all = {
    uiHost: '127.0.0.1',
    uiPort: 0,
    flowFile: 'flows.json',
    credentialSecret: 'test',
    telemetry: { enabled: false, updateNotification: false },
    editorTheme: { tours: false, projects: { enabled: false }, palette: { catalogues: [] } },
    externalModules: { autoInstall: false, palette: { allowInstall: false } },
    ...more,
  };
  return `module.exports = ${JSON.stringify(all, null, 2)};\n`;
}

/** Resolves with the address as soon as the flows run. */
function started(child: ChildProcess, log: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`Node-RED ${why}:\n${log.join('').slice(-3000)}`));
    const timer = setTimeout(() => fail(`did not start within ${startLimitMs / 1000} s`), startLimitMs);
    const settle = () => {
      const text = log.join('');
      const url = /Server now running at (http:\/\/127\.0\.0\.1:\d+)/.exec(text)?.[1];
      if (url && /Started flows/.test(text)) {
        clearTimeout(timer);
        resolve(url);
      }
    };
    const listen = (chunk: Buffer) => {
      log.push(chunk.toString());
      settle();
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', listen);
    child.on('error', (error) => fail(`could not be run (${error.message})`));
    child.on('exit', (code) => {
      clearTimeout(timer);
      fail(`ended with code ${code}`);
    });
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), stopLimitMs);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
