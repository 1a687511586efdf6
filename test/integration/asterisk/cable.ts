/** The cable between the account and the PBX: a loopback relay that a test can cut, unplug, or let go silent. */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';

export class Cable {
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #plugged = true;
  #silent = false;

  private constructor(targetPort: number) {
    this.#server = createServer((near) => {
      if (!this.#plugged) {
        near.destroy();
        return;
      }
      this.#join(near, connect(targetPort, '127.0.0.1'));
    });
  }

  static async to(targetPort: number): Promise<Cable> {
    const cable = new Cable(targetPort);
    cable.#server.listen(0, '127.0.0.1');
    await once(cable.#server, 'listening');
    return cable;
  }

  /** Where the account connects to. */
  get port(): number {
    const address = this.#server.address() as AddressInfo;
    return address.port;
  }

  /** Breaks the connection; a new one can be made at once. */
  cut(): void {
    for (const [near, far] of this.#pairs) {
      near.destroy();
      far.destroy();
    }
  }

  /** Breaks the connection, and lets none be made. */
  unplug(): void {
    this.#plugged = false;
    this.cut();
  }

  plug(): void {
    this.#plugged = true;
  }

  /** The connection stays, but nothing comes through any more, in neither direction: a dead peer. */
  silence(): void {
    this.#silent = true;
    for (const pair of this.#pairs) for (const socket of pair) socket.pause();
  }

  /** What was silent is broken, and new connections work. */
  restore(): void {
    this.#silent = false;
    this.cut();
  }

  async close(): Promise<void> {
    this.unplug();
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }

  #join(near: Socket, far: Socket): void {
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    for (const [from, to] of [pair, [far, near] as const]) {
      from.on('data', (data) => {
        to.write(data);
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        this.#pairs.delete(pair);
        to.destroy();
      });
      if (this.#silent) from.pause();
    }
  }
}
