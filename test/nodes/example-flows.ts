/** The example flows, made fit for a test: quick people, no traffic of their own, files in a folder of the test, outputs that can be read. */

import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { NodeAPI, NodeInitializer, NodeMessage } from 'node-red';
import request from 'supertest';
import type { AccountNode } from '../../nodes/shared/account-node';
import { PROVIDERS } from '../../lib/index';
import { helper, Inbox, initializers, load, nodeOf } from './flows';
import type { FlowNode } from './flows';

export function projectRoot(): string {
  let folder = __dirname;
  while (!readdirSync(folder).includes('package.json')) folder = dirname(folder);
  return folder;
}

const examplesFolder = join(projectRoot(), 'examples');

export const EXAMPLES: readonly string[] = readdirSync(examplesFolder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => basename(file, '.json'));

export function readExample(name: string): FlowNode[] {
  return JSON.parse(readFileSync(join(examplesFolder, `${name}.json`), 'utf8')) as FlowNode[];
}

/** How much faster people act than the example says. */
const HURRY = 100;

export class Example {
  readonly flow: FlowNode[];
  /** Where the flow writes its files. */
  readonly folder = mkdtempSync(join(tmpdir(), 'pbx-example-'));
  readonly #outputs = new Map<string, Inbox>();
  #httpNode: NodeAPI['httpNode'] | null = null;

  constructor(name: string) {
    this.flow = readExample(name)
      // Pages and groups of a dashboard hold nothing that a flow does; its widgets are outputs to be read.
      .filter(({ type }) => !/^ui-(?:base|page|group|theme)$/.test(type))
      .map((node) => this.#quick(node));
  }

  async start(): Promise<void> {
    const nodes = initializers(PROVIDERS, {}, (RED) => {
      this.#httpNode = RED.httpNode;
    });
    await load([...coreNodes(this.flow), ...nodes], this.flow, {});
    for (const node of this.flow)
      if (node.type === 'helper') this.#outputs.set(String(node['name']), new Inbox(node.id));
  }

  /** Deploys everything anew. */
  async restart(): Promise<void> {
    await helper.unload();
    this.#outputs.clear();
    await this.start();
  }

  async stop(): Promise<void> {
    await helper.unload();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Presses the button of the inject node with this name. */
  press(name: string): void {
    nodeOf(this.find('inject', name).id).receive({});
  }

  /** Sets a variable of the flow's tab, for the next start. */
  environment(name: string, value: string): void {
    const tab = this.find('tab');
    tab['env'] = (tab['env'] as { name: string }[]).map((entry) => (entry.name === name ? { ...entry, value } : entry));
  }

  /** Has the simulated PBX do something; resolves when a call that came of it is over. */
  async simulate(action: Record<string, unknown>): Promise<void> {
    const { account } = nodeOf(this.find('pbx-account').id) as AccountNode;
    if (!account) throw new Error('the account of the example is not complete');
    const { payload } = await account.execute({ command: 'action', request: action });
    const id = payload.call?.id;
    if (!id) return;
    while (account.call(id)?.state !== 'ended') await new Promise((resolve) => setTimeout(resolve, 5));
  }

  /** The next message that the debug node with this name shows. */
  async shown(name: string): Promise<NodeMessage> {
    const inbox = this.#outputs.get(name);
    if (!inbox) throw new Error(`no debug node "${name}"; there are ${[...this.#outputs.keys()].join(', ')}`);
    return inbox.one();
  }

  /** What has reached a debug node and was not read. */
  unread(name: string): readonly NodeMessage[] {
    return this.#outputs.get(name)?.messages ?? [];
  }

  /** A request to the addresses that the flow opens. */
  http(): ReturnType<typeof request> {
    if (!this.#httpNode) throw new Error('the example has not been started');
    return request(this.#httpNode);
  }

  find(type: string, name?: string): FlowNode {
    const found = this.flow.find((node) => node.type === type && (name === undefined || node['name'] === name));
    if (!found) throw new Error(`no ${type} node "${name ?? ''}"`);
    return found;
  }

  #quick(node: FlowNode): FlowNode {
    switch (node.type) {
      case 'pbx-account':
        return { ...node, callsPerMinute: '0', speed: String(HURRY) };
      case 'debug':
      case 'ui-table':
      case 'ui-gauge':
      case 'ui-chart':
        return { id: node.id, z: node['z'], x: node['x'], y: node['y'], wires: [], type: 'helper', name: node['name'] };
      case 'inject':
        return { ...node, once: false, payload: quickPayload(node['payload']) };
      case 'delay':
        return { ...node, timeout: String(Number(node['timeout']) / HURRY / 10) };
      case 'file':
      case 'file in':
        return { ...node, filename: join(this.folder, String(node['filename'])) };
      case 'change':
        // Where a folder is worked out in the flow, it begins with "pbx/" as the files do.
        return JSON.parse(JSON.stringify(node).replaceAll('\\"pbx/', `\\"${this.folder}/pbx/`)) as FlowNode;
      default:
        return node;
    }
  }
}

/** `{"do": "incoming", "answerSeconds": 3}` with seconds that a test can wait for. */
function quickPayload(payload: unknown): unknown {
  if (typeof payload !== 'string' || !payload.startsWith('{')) return payload;
  const action = JSON.parse(payload) as Record<string, unknown>;
  for (const [name, value] of Object.entries(action))
    if (typeof value === 'number' && /Seconds$|^ms$/.test(name)) action[name] = value / HURRY;
  return JSON.stringify(action);
}

const core = join(dirname(createRequire(__filename).resolve('@node-red/nodes/package.json')), 'core');

/** File of each core node type, found by what it registers. */
const coreFiles = new Map<string, string>();
for (const folder of ['common', 'function', 'network', 'parsers', 'sequence', 'storage'])
  for (const file of readdirSync(join(core, folder)).filter((name) => name.endsWith('.js')))
    for (const [, type] of readFileSync(join(core, folder, file), 'utf8').matchAll(/registerType\(["']([^"']+)["']/g))
      if (type) coreFiles.set(type, join(core, folder, file));

export function isCoreType(type: string): boolean {
  return coreFiles.has(type);
}

function coreNodes(flow: readonly FlowNode[]): NodeInitializer[] {
  const files = new Set(flow.map(({ type }) => coreFiles.get(type)).filter((file) => file !== undefined));
  return [...files].map((file) => createRequire(__filename)(file) as NodeInitializer);
}
