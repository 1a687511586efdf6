/** Reads the runtime's frames while the sidebar is seen, and begins anew when the stream breaks. */

import type { LiveFrame } from '../shared/live';

const AGAIN_MS = 3_000;

export class LiveStreamReader {
  readonly #onFrame: (frame: LiveFrame) => void;
  readonly #onLost: (status: number) => void;
  #abort: AbortController | null = null;

  constructor(onFrame: (frame: LiveFrame) => void, onLost: (status: number) => void) {
    this.#onFrame = onFrame;
    this.#onLost = onLost;
  }

  start(): void {
    if (this.#abort) return;
    const abort = new AbortController();
    this.#abort = abort;
    void this.#run(abort.signal);
  }

  stop(): void {
    this.#abort?.abort();
    this.#abort = null;
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      let status = 0;
      try {
        status = await this.#read(signal);
      } catch {
        // Broken off: by the network, by Node-RED's restart, or from here.
      }
      if (signal.aborted) return;
      this.#onLost(status);
      await pause(AGAIN_MS, signal);
    }
  }

  /** Returns the HTTP status of a refusal, 0 at the end of a stream. */
  async #read(signal: AbortSignal): Promise<number> {
    const response = await fetch('pbx-account/live', { headers: authorization(), signal, cache: 'no-store' });
    if (!response.ok || !response.body) return response.status;
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return 0;
      const lines = (rest + value).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line) this.#onFrame(JSON.parse(line) as LiveFrame);
    }
  }
}

/** What the editor adds to its own requests when Node-RED asks for a login. */
export function authorization(): Record<string, string> {
  const tokens = RED.settings.get('auth-tokens') as { access_token?: string } | undefined;
  return tokens?.access_token ? { Authorization: `Bearer ${tokens.access_token}` } : {};
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
