/** The part of Asterisk in the benchmarks. */
import type { Socket } from 'node:net';

export interface FeedOptions {
  /**
   * Wait until the client has asked nothing for so long after its login: it reads the state of the PBX first. Such a client is also told
   * that Asterisk has started. Default: neither.
   */
  quietMs?: number;
  /** The first byte of the stream is about to leave. */
  onStart?: () => void;
}

/** Greeting, login (also by challenge), then the stream as fast as it is taken. Whatever else is asked, but for a ping, is not permitted. */
export function feed(socket: Socket, writes: readonly Buffer[], { quietMs, onStart }: FeedOptions = {}): void {
  socket.setNoDelay(true);
  socket.on('error', () => undefined);
  socket.write('Asterisk Call Manager/11.0.0\r\n');
  let input = '';
  let at = 0;
  let quiet: NodeJS.Timeout | undefined;
  const pump = () => {
    while (at < writes.length) if (!socket.write(writes[at++] as Buffer)) return;
    socket.off('drain', pump);
  };
  const start = () => {
    onStart?.();
    socket.on('drain', pump);
    pump();
  };
  socket.on('close', () => clearTimeout(quiet));
  socket.on('data', (chunk) => {
    input += chunk.toString();
    for (let end = input.indexOf('\r\n\r\n'); end >= 0; end = input.indexOf('\r\n\r\n')) {
      const block = input.slice(0, end);
      input = input.slice(end + 4);
      const id = /^ActionID: *(.*)$/im.exec(block)?.[1] ?? '';
      if (/^Action: *challenge/im.test(block)) {
        socket.write(`Response: Success\r\nActionID: ${id}\r\nChallenge: 1\r\n\r\n`);
        continue;
      }
      const login = /^Action: *login/im.test(block);
      const ping = /^Action: *ping/im.test(block);
      if (login) socket.write(`Response: Success\r\nActionID: ${id}\r\nMessage: Authentication accepted\r\n\r\n`);
      else if (ping) socket.write(`Response: Success\r\nActionID: ${id}\r\nPing: Pong\r\n\r\n`);
      else socket.write(`Response: Error\r\nActionID: ${id}\r\nMessage: Permission denied\r\n\r\n`);
      if (login && quietMs !== undefined) socket.write('Event: FullyBooted\r\nStatus: Fully Booted\r\n\r\n');
      if (at > 0) continue;
      if (quietMs === undefined) start();
      else {
        clearTimeout(quiet);
        quiet = setTimeout(start, quietMs);
      }
    }
  });
}
