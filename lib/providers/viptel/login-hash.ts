import { createHash } from 'node:crypto';

/** The login hash of the WebSocket API ("Vytvorenie prihlasovacieho hashu"): valid with this nonce, thus on this connection, only. */
export function loginHash(username: string, password: string, nonce: string): string {
  return sha1(`${sha1(`${username}:${password}`)}:${nonce}`);
}

function sha1(text: string): string {
  return createHash('sha1').update(text, 'utf8').digest('hex');
}
