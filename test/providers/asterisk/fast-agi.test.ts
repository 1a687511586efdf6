/** FastAGI as Asterisk speaks it: res_agi.c sends the environment, answers each command with one line, and goes on when the socket closes. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { systemClock } from '../../../lib/index';
import type { PbxError } from '../../../lib/index';
import type { RouteAnswer, RouteQuestion } from '../../../lib/provider';
import { FastAgi } from '../../../lib/providers/asterisk/fast-agi';
import { quoted } from '../../../lib/providers/asterisk/fast-agi-wire';

const quiet = { error() {}, warn() {}, info() {}, debug() {} };

/** The side of Asterisk: what the dialplan would hold afterwards. */
class Channel {
  readonly commands: string[] = [];
  readonly variables = new Map<string, string>();
  place = { context: 'from-trunk', extension: '0220282033', priority: 2 };
  readonly #socket: Socket;
  #rest = '';
  readonly over: Promise<unknown>;

  constructor(port: number, extensions: readonly string[], environment: Record<string, string> = {}) {
    this.#socket = connect(port, '127.0.0.1');
    this.over = once(this.#socket, 'close');
    const all = {
      agi_network: 'yes',
      agi_network_script: 'route',
      agi_request: 'agi://127.0.0.1/route',
      agi_channel: 'PJSIP/trunk-00000001',
      agi_uniqueid: '1764000000.1',
      agi_callerid: '+421900123456',
      agi_calleridname: 'Jana',
      agi_extension: '0220282033',
      agi_priority: '2',
      ...environment,
    };
    this.#socket.write(
      Object.entries(all)
        .map(([name, value]) => `${name}: ${value}\n`)
        .join('') + '\n',
    );
    this.#socket.setEncoding('utf8');
    this.#socket.on('data', (text: string) => {
      this.#rest += text;
      const lines = this.#rest.split('\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) this.#socket.write(`${this.#obey(line, extensions)}\n`);
    });
  }

  /** Asterisk says so and shuts its side of the connection. */
  hangUp(): Promise<unknown> {
    this.#socket.end('HANGUP\n');
    return this.over;
  }

  #obey(line: string, extensions: readonly string[]): string {
    this.commands.push(line);
    const words = [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(
      ([, inside, plain]) => plain ?? inside?.replace(/\\(.)/g, '$1') ?? '',
    );
    const [verb, what, first = '', second = ''] = words;
    switch (`${verb} ${what}`) {
      case 'SET VARIABLE':
        this.variables.set(first, second);
        return '200 result=1';
      case 'SET CONTEXT':
        this.place.context = first;
        return '200 result=0';
      case 'SET EXTENSION':
        this.place.extension = first;
        return '200 result=0';
      case 'SET PRIORITY':
        this.place.priority = Number(first);
        return '200 result=0';
      case 'GET FULL': {
        const [, context = '', extension = ''] = /DIALPLAN_EXISTS\(([^,]+),([^,]+),1\)/.exec(line) ?? [];
        return `200 result=1 (${context === 'from-internal' && extensions.includes(extension) ? 1 : 0})`;
      }
      default:
        return '510 Invalid or unknown command';
    }
  }
}

describe('asterisk: FastAGI', () => {
  let agi: FastAgi;
  let answer: (question: RouteQuestion) => Promise<RouteAnswer | null>;
  const questions: RouteQuestion[] = [];
  const warnings: PbxError[] = [];

  const open = async (more: { port?: number; pbx?: string } = {}): Promise<FastAgi> => {
    const opened = new FastAgi({
      port: 0,
      pbx: '127.0.0.1',
      context: 'from-internal',
      ...more,
      host: {
        account: 'Office',
        clock: systemClock,
        log: quiet,
        call: () => undefined,
        warning: (error) => warnings.push(error),
        route: (question) => {
          questions.push(question);
          return answer(question);
        },
      },
    });
    await opened.open();
    return opened;
  };

  beforeEach(async () => {
    questions.length = warnings.length = 0;
    answer = () => Promise.resolve(null);
    agi = await open();
  });
  afterEach(() => agi.close());
  const rings = (environment?: Record<string, string>) => new Channel(agi.port ?? 0, ['1004'], environment);

  it('asks with the caller and the id of the channel', async () => {
    await rings().over;
    assert.deepEqual([questions[0]?.call, questions[0]?.number], ['1764000000.1', '+421900123456']);
  });

  it('a hidden caller is nobody', async () => {
    await rings({ agi_callerid: 'unknown' }).over;
    assert.equal(questions[0]?.number, null);
  });

  it('the answer leads the call to the extension and shows the name', async () => {
    answer = () => Promise.resolve({ to: '1004', contactName: 'Jana "VIP" of Acme' });
    const channel = rings();
    await channel.over;
    assert.deepEqual(channel.place, { context: 'from-internal', extension: '1004', priority: 1 });
    assert.deepEqual(Object.fromEntries(channel.variables), {
      ROUTE_NAME: 'Jana "VIP" of Acme',
      'CALLERID(name)': 'Jana "VIP" of Acme',
      ROUTE_TO: '1004',
    });
  });

  it('without an answer nothing is changed and the dialplan goes on', async () => {
    const channel = rings();
    await channel.over;
    assert.deepEqual([channel.commands, channel.place.priority], [[], 2]);
  });

  it('an extension that is none is left to the dialplan, with a warning', async () => {
    for (const to of ['1999', '1004,1)}${SHELL(id)', '10\n04']) {
      answer = () => Promise.resolve({ to, contactName: null });
      const channel = rings();
      await channel.over;
      assert.equal(channel.place.extension, '0220282033', to);
      assert.equal(
        channel.commands.filter((line) => line.includes('SHELL') && !line.startsWith('SET VARIABLE ')).length,
        0,
      );
    }
    assert.equal(warnings.length, 3);
  });

  it('no value can begin a command of its own', () => {
    assert.equal(quoted('a"\nSET VARIABLE x "y\\'), '"a\\" SET VARIABLE x \\"y\\\\"');
  });

  it('a caller who hangs up meanwhile gets no commands, and the answer that came too late is a warning', async () => {
    let give!: (value: RouteAnswer) => void;
    answer = () => new Promise((resolve) => (give = resolve));
    const channel = rings();
    while (questions.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await channel.hangUp();
    give({ to: '1004', contactName: null });
    while (warnings.length === 0) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(channel.commands, []);
    assert.equal(warnings[0]?.code, 'not-found');
    assert.match(warnings[0].message, /the caller has hung up/);
  });

  it('what is no FastAGI is shut out', async () => {
    for (const text of ['GET / HTTP/1.1\r\n\r\n', 'agi_x: '.padEnd(40_000, 'x'), 'agi_network: yes\n\n']) {
      const socket = connect(agi.port ?? 0, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write(text);
      await once(socket, 'close');
    }
    assert.equal(questions.length, 0);
  });

  it('a port that is taken is a warning and no crash', async () => {
    const second = await open({ port: agi.port ?? 0 });
    assert.equal(second.port, null);
    assert.match(warnings[0]?.message ?? '', /another program or account uses it/);
    await second.close();
  });

  it('closing ends what is under way', async () => {
    answer = () => new Promise(() => undefined);
    const channel = rings();
    while (questions.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await agi.close();
    await channel.over;
  });
});
