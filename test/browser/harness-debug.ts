/** The editor's own event channel (`/comms`): what debug nodes print, how nodes change their status, which flows run. */
import { WebSocket } from 'ws';

export interface DebugEntry {
  /** `debug` for the output of a debug node, `status/<node id>` for a status, `notification/runtime-deploy` for begun flows. */
  readonly topic: string;
  readonly data: {
    readonly id?: string;
    readonly name?: string;
    /** Of a debug node: the value, as text (objects as JSON). */
    readonly msg?: string;
    readonly format?: string;
    /** Of a status. */
    readonly text?: string;
    readonly fill?: string;
    readonly shape?: string;
    /** Of begun flows. */
    readonly revision?: string;
  };
}

export class DebugFeed {
  /** Everything received so far. */
  readonly entries: DebugEntry[] = [];
  readonly #socket: WebSocket;
  readonly #listeners = new Set<() => void>();

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (text: Buffer) => {
      const parsed = JSON.parse(text.toString()) as DebugEntry | DebugEntry[];
      for (const entry of Array.isArray(parsed) ? parsed : [parsed]) {
        if (typeof entry.topic === 'string') this.entries.push(entry);
      }
      for (const listener of this.#listeners) listener();
    });
  }

  static async open(url: string, topics: readonly string[] = ['debug', 'status/#']): Promise<DebugFeed> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/comms`);
    const feed = new DebugFeed(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    for (const topic of topics) socket.send(JSON.stringify({ subscribe: topic }));
    return feed;
  }

  /** Values printed by debug nodes, objects parsed. */
  messages(): unknown[] {
    return this.entries.filter((entry) => entry.topic === 'debug').map((entry) => value(entry));
  }

  /** Resolves with the first entry (also one received before) that satisfies `wanted`. */
  async waitFor(wanted: (entry: DebugEntry) => boolean, limitMs = 10_000): Promise<DebugEntry> {
    return await new Promise((resolve, reject) => {
      const look = () => {
        const found = this.entries.find((entry) => wanted(entry));
        if (!found) return;
        finish();
        resolve(found);
      };
      const timer = setTimeout(() => {
        finish();
        const last = this.entries.slice(-10).map((entry) => JSON.stringify(entry));
        reject(new Error(`no such debug message or status within ${limitMs} ms; the last ones:\n${last.join('\n')}`));
      }, limitMs);
      const finish = () => {
        clearTimeout(timer);
        this.#listeners.delete(look);
      };
      this.#listeners.add(look);
      look();
    });
  }

  close(): void {
    this.#socket.terminate();
  }
}

/**
 * Resolves when the deployed flows of this revision run: a deploy is answered before the flows that it replaces have ended and the
 * new ones have begun, so neither their inject nodes nor their HTTP addresses are there at once.
 */
export async function flowsRun(url: string, revision: string): Promise<void> {
  const topic = 'notification/runtime-deploy';
  const feed = await DebugFeed.open(url, [topic]);
  try {
    await feed.waitFor((entry) => entry.topic === topic && entry.data.revision === revision, 30_000);
  } finally {
    feed.close();
  }
}

/** Value of a debug node's entry: objects and arrays come as JSON text, numbers and booleans as text. */
export function value({ data }: DebugEntry): unknown {
  const { msg = '', format = '' } = data;
  return /^(Object|array|number|boolean|null)/i.test(format) ? (JSON.parse(msg) as unknown) : msg;
}
