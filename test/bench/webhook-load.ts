/** The sender of webhook.ts: 20 connections, each with one request at a time, all requests made beforehand. */
import { createHash } from 'node:crypto';
import { connect } from 'node:net';

export const KEYS = { apiKey: 'benchkey-00000000000000000000000', apiSalt: 'benchsalt-0000000000000000000000' };

export interface LoadReport {
  seconds: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
}

const CONNECTIONS = 20;
const WARM_UP = 2_000;

function sign(json: string): string {
  return createHash('sha256')
    .update(KEYS.apiKey + json + KEYS.apiSalt)
    .digest('hex');
}

function form(json: string, signature = sign(json)): string {
  return new URLSearchParams({ vpbx_api_key: KEYS.apiKey, sign: signature, json }).toString();
}

function request(base: URL, path: string, body: string): Buffer {
  return Buffer.from(
    [
      `POST ${base.pathname}${path} HTTP/1.1`,
      `Host: ${base.host}`,
      'Content-Type: application/x-www-form-urlencoded',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: keep-alive',
      '',
      body,
    ].join('\r\n'),
  );
}

/** The notification with this number: three of a call, then its summary. */
function notification(base: URL, index: number): Buffer {
  const call = Math.floor(index / 4);
  const timestamp = Math.floor(Date.now() / 1000);
  const entry_id = Buffer.from(`ENTRY${call}`).toString('base64');
  const step = index % 4;
  if (step === 3) {
    const summary = {
      entry_id,
      call_direction: 1,
      from: { number: '70000000001' },
      to: { extension: '101' },
      line_number: '70000000099',
    };
    const times = {
      create_time: timestamp,
      forward_time: timestamp,
      talk_time: timestamp,
      end_time: timestamp,
      entry_result: 1,
    };
    return request(base, '/events/summary', form(JSON.stringify({ ...summary, ...times, disconnect_reason: 1110 })));
  }
  const notice = {
    entry_id,
    call_id: Buffer.from(`LEG${call}`).toString('base64'),
    timestamp,
    seq: step + 1,
    call_state: ['Appeared', 'Connected', 'Disconnected'][step],
    location: 'abonent',
    from: { number: '70000000001', taken_from_call_id: 'Q0FMTDAwMA==' },
    to: { extension: '101', number: 'sip:u1@example.mangosip.ru', line_number: '70000000099', acd_group: '22' },
    dct: { type: 0 },
    ...(step === 2 && { disconnect_reason: 1110 }),
  };
  return request(base, '/events/call', form(JSON.stringify(notice)));
}

/** Sends them one after the other on each connection; resolves with the milliseconds each took. */
function send(base: URL, requests: readonly Buffer[]): Promise<number[]> {
  const times: number[] = [];
  let next = 0;
  const connection = () =>
    new Promise<void>((resolve, reject) => {
      const socket = connect(Number(base.port), base.hostname);
      let received = '';
      let sentAt = 0;
      const advance = () => {
        const body = requests[next++];
        if (!body) {
          socket.end();
          return resolve();
        }
        received = '';
        sentAt = performance.now();
        socket.write(body);
      };
      socket.setNoDelay(true);
      socket.on('connect', advance);
      socket.on('error', reject);
      socket.on('data', (chunk) => {
        received += chunk.toString('latin1');
        if (!isWhole(received)) return;
        if (!received.startsWith('HTTP/1.1 2'))
          return reject(new Error(`unexpected answer: ${received.slice(0, 200)}`));
        times.push(performance.now() - sentAt);
        advance();
      });
    });
  return Promise.all(Array.from({ length: CONNECTIONS }, connection)).then(() => times);
}

function isWhole(received: string): boolean {
  const headers = received.indexOf('\r\n\r\n');
  if (headers === -1) return false;
  const length = /content-length: (\d+)/i.exec(received)?.[1];
  return length === undefined ? received.endsWith('0\r\n\r\n') : received.length - headers - 4 >= Number(length);
}

async function statusOf(url: string, body: string): Promise<number> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return (await fetch(url, { method: 'POST', headers, body })).status;
}

async function main(url: string, count: number): Promise<void> {
  const base = new URL(url);
  const json = JSON.stringify({
    entry_id: 'X',
    call_id: 'X',
    seq: 1,
    call_state: 'Appeared',
    location: 'abonent',
    from: {},
    to: {},
  });
  const answers = [
    await statusOf(`${url}/events/call`, form(json, '0'.repeat(64))),
    await statusOf(`${url}/events/call`, form('{"entry_id":')),
    await statusOf(`${url}/events/call`, form(JSON.stringify({ entry_id: 'x'.repeat(70_000) }))),
  ];
  const requests = Array.from({ length: WARM_UP + count }, (_, index) => notification(base, index));
  await send(base, requests.slice(0, WARM_UP));
  process.send?.({ answers: answers.join('/') });
  process.once('message', () => {
    const startedAt = performance.now();
    send(base, requests.slice(WARM_UP)).then(
      (times) => {
        const seconds = (performance.now() - startedAt) / 1000;
        times.sort((one, other) => one - other);
        const at = (part: number) => times[Math.floor(times.length * part)] ?? 0;
        process.send?.({ seconds, p50: at(0.5), p99: at(0.99) } satisfies LoadReport, () => process.exit());
      },
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
}

if (require.main === module) {
  const [url = '', count = '0'] = process.argv.slice(2);
  main(url, Number(count)).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
}
