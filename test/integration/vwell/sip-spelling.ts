/**
 * The server knows phones as `SIP/1001` only, while a current Asterisk has them as `PJSIP/1001`. This relay stands between the two and
 * respells the names of channels, so that what the server does and hears is what it would with phones of chan_sip.
 */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

const MESSAGE_END = '\r\n\r\n';

export class SipSpelling {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(amiPort: number) {
    this.#server = createServer((near) => {
      const far = connect(amiPort, '127.0.0.1');
      this.#hand(near, far, (text) => text.replaceAll(/(?<!PJ)SIP\//g, 'PJSIP/'));
      this.#hand(far, near, (text) => text.replaceAll('PJSIP/', 'SIP/'));
    });
  }

  static async before(amiPort: number): Promise<SipSpelling> {
    const spelling = new SipSpelling(amiPort);
    spelling.#server.listen(0, '127.0.0.1');
    await once(spelling.#server, 'listening');
    return spelling;
  }

  get port(): number {
    const address = this.#server.address() as AddressInfo;
    return address.port;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Whole messages only: a name may be split between two packets. */
  #hand(from: Socket, to: Socket, respell: (text: string) => string): void {
    let rest = '';
    this.#sockets.add(from);
    from.setEncoding('utf8');
    from.on('data', (chunk: string) => {
      rest += chunk;
      const end = rest.lastIndexOf(MESSAGE_END);
      if (end < 0) return;
      to.write(respell(rest.slice(0, end + MESSAGE_END.length)));
      rest = rest.slice(end + MESSAGE_END.length);
    });
    from.on('error', () => undefined);
    from.on('close', () => {
      this.#sockets.delete(from);
      to.destroy();
    });
  }
}
