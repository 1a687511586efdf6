import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, pieces, random } from './collect';

type Plain = [kind: string, name: string, lines: [string, string][]];

/** The rules of the format in their plainest form, with no thought of speed, memory or chunks. */
function reference(bytes: Buffer): Plain[] {
  const text = bytes.toString('latin1').replace(/^[\r\n]+/, '');
  const greeted = /^(?:event|response):/i.test(text) ? text : text.slice(text.indexOf('\n') + 1);
  const found: Plain[] = [];
  for (const block of greeted.split('\r\n\r\n').slice(0, -1)) {
    const body = block.replace(/^[\r\n]+/, '');
    const lines = body.split('\r\n').flatMap((line): [string, string][] => {
      const at = line.indexOf(':');
      if (at < 0) return [];
      const value = line.slice(at + 1);
      return [[utf8(line.slice(0, at), line), utf8(value.startsWith(' ') ? value.slice(1) : value, line)]];
    });
    const first = /^(event|response): ?([^]*?)(?:\r\n|$)/i.exec(body);
    const event = first ? undefined : lines.find(([key]) => key.toLowerCase() === 'event');
    const response = first ? undefined : lines.find(([key]) => key.toLowerCase() === 'response');
    if (first) found.push([(first[1] as string).toLowerCase(), first[2] as string, lines]);
    else if (event) found.push(['event', event[1], lines]);
    else if (response) found.push(['response', response[1], lines]);
  }
  return found;
}

function utf8(latin1: string, line: string): string {
  if (!/[\x80-\xff]/.test(line)) return latin1;
  const bytes = Buffer.from(latin1, 'latin1');
  return isUtf8(bytes) ? bytes.toString() : latin1;
}

const WORDS = [
  'Channel',
  'Uniqueid',
  'Имя',
  '__proto__',
  'constructor',
  'Event',
  'Response',
  'ActionID',
  'X-Y',
  '',
  ' ',
];
const VALUES = [
  '',
  ' ',
  '1',
  'PJSIP/1001-00000001',
  'Юлия Щёголева ✓',
  'a: b: c',
  '   three blanks',
  'cr\rinside',
  'lf\ninside',
  ':',
  'Event: Hangup',
];

function block(next: () => number): string {
  const pick = (from: readonly string[]) => from[Math.floor(next() * from.length)] as string;
  const head = next() < 0.9 ? `Event: ${pick(['Hangup', 'Newstate', 'UserEvent', 'Öde'])}` : 'Response: Success';
  const lines = Array.from({ length: Math.floor(next() * 12) }, () =>
    next() < 0.05 ? pick(VALUES) : `${pick(WORDS)}:${next() < 0.9 ? ' ' : ''}${pick(VALUES)}`,
  );
  return `${[head, ...lines].join('\r\n')}\r\n\r\n${next() < 0.1 ? '\r\n' : ''}`;
}

/** Changes, removes, doubles and moves bytes. */
function mutate(bytes: Buffer, next: () => number): Buffer {
  let mutated = Buffer.from(bytes);
  for (let i = 0; i < 1 + next() * 20; i++) {
    const at = Math.floor(next() * mutated.length);
    const size = Math.floor(next() * 30);
    const kind = next();
    if (kind < 0.4) mutated[at] = [10, 13, 58, 32, 0, 0xff, 0xd0][Math.floor(next() * 7)] as number;
    else if (kind < 0.7) mutated = Buffer.concat([mutated.subarray(0, at), mutated.subarray(at + size)]);
    else mutated = Buffer.concat([mutated.subarray(0, at + size), mutated.subarray(at)]);
  }
  return mutated;
}

const wants = (name: string) => name === 'Hangup';

describe('the AMI parser with random input', () => {
  it('gives what the plain rules give, whatever the borders of the chunks', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const next = random(seed);
      const text = `Asterisk Call Manager/11.0.0\r\n${Array.from({ length: 20 }, () => block(next)).join('')}`;
      const bytes = Buffer.from(text);
      const most = 1 + Math.floor(next() * 80);
      const { plain } = parse(pieces(bytes, most, next), { end: true });
      assert.deepEqual(plain, reference(bytes), `seed ${seed}`);
    }
  });

  it('gives what the plain rules give for mutated bytes too', () => {
    for (let seed = 1; seed <= 500; seed++) {
      const next = random(seed * 7919);
      const bytes = mutate(Buffer.from(Array.from({ length: 10 }, () => block(next)).join('')), next);
      const { plain } = parse(pieces(bytes, 1 + Math.floor(next() * 60), next), { end: true });
      assert.deepEqual(plain, reference(bytes), `seed ${seed * 7919}`);
    }
  });

  it('does not depend on the borders of the chunks when blocks are too long or endless', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const next = random(seed * 104_729);
      const bytes = mutate(Buffer.from(Array.from({ length: 15 }, () => block(next)).join('')), next);
      const limits = { maxBlockBytes: 120 };
      const whole = parse([bytes], { limits, end: true });
      const cut = parse(pieces(bytes, 1 + Math.floor(next() * 40), next), { limits, end: true });
      assert.deepEqual(cut.plain, whole.plain, `seed ${seed * 104_729}`);
    }
  });

  it('filters the same events that it would have given', () => {
    for (let seed = 1; seed <= 100; seed++) {
      const next = random(seed * 31);
      const bytes = Buffer.from(Array.from({ length: 20 }, () => block(next)).join(''));
      const all = parse([bytes]).messages.filter((m) => m.kind === 'response' || wants(m.name));
      const { messages } = parse(pieces(bytes, 50, next), { wants });
      assert.deepEqual(
        messages.map((m) => m.entries()),
        all.map((m) => m.entries()),
      );
    }
  });
});

describe('the AMI parser with recordings of Asterisk', () => {
  const folder = join(process.cwd(), 'test', 'data', 'ami');
  for (const version of ['22', '16']) {
    it(`reads all of Asterisk ${version} without a complaint, in any pieces`, () => {
      const files = readdirSync(join(folder, version)).filter(
        (name) => name.endsWith('.txt') && !/\.ari\.|fastagi\.txt|http/.test(name),
      );
      assert.ok(files.length > 10, `recordings are missing in ${folder}`);
      const next = random(22);
      let messages = 0;
      for (const name of files) {
        const bytes = readFileSync(join(folder, version, name));
        const { plain, malformed, banner, parser } = parse(pieces(bytes, 4000, next), { end: true });
        assert.deepEqual(malformed, [], name);
        assert.match(banner ?? '', /^Asterisk Call Manager\/(?:11|5)\.0\.\d$/, name);
        assert.deepEqual(plain, reference(bytes), name);
        assert.equal(parser.counters.bytes, bytes.length);
        messages += plain.length;
      }
      assert.ok(messages > 500);
    });
  }
});
