import assert from 'node:assert/strict';
import { beginningOf } from '../../../lib/transport/ami';
import { parse } from './collect';

const BANNER = 'Asterisk Call Manager/11.0.0\r\n';

describe('the AMI parser', () => {
  describe('framing', () => {
    it('takes the greeting apart from the blocks', () => {
      const { banner, plain } = parse([`${BANNER}Response: Success\r\nActionID: 1\r\n\r\n`]);
      assert.equal(banner, 'Asterisk Call Manager/11.0.0');
      assert.deepEqual(plain, [
        [
          'response',
          'Success',
          [
            ['Response', 'Success'],
            ['ActionID', '1'],
          ],
        ],
      ]);
    });

    it('takes a recording that has no greeting', () => {
      const { banner, messages } = parse(['Event: A\r\n\r\nEvent: B\r\n\r\n']);
      assert.equal(banner, null);
      assert.deepEqual(
        messages.map((m) => m.name),
        ['A', 'B'],
      );
    });

    it('gives the same messages whatever the borders of the chunks', () => {
      const bytes = Buffer.from(
        `${BANNER}Response: Success\r\nMessage: ok\r\n\r\nEvent: FullyBooted\r\nName: Иван\r\n\r\n\r\nEvent: B\r\nX: \r\n\r\n`,
      );
      const whole = parse([bytes]).plain;
      assert.equal(whole.length, 3);
      for (let size = 1; size < bytes.length; size++) {
        const cut: Buffer[] = [];
        for (let at = 0; at < bytes.length; at += size) cut.push(bytes.subarray(at, at + size));
        const { plain, malformed, banner } = parse(cut, { end: true });
        assert.deepEqual(plain, whole, `chunks of ${size}`);
        assert.equal(banner, 'Asterisk Call Manager/11.0.0');
        assert.deepEqual(malformed, []);
      }
    });

    it('passes over stray blank lines', () => {
      const { messages, malformed } = parse([`${BANNER}\r\n\r\nEvent: A\r\n\r\n\r\n\r\n\r\nEvent: B\r\n\r\n\r\n`], {
        end: true,
      });
      assert.deepEqual(
        messages.map((m) => m.name),
        ['A', 'B'],
      );
      assert.deepEqual(malformed, []);
    });

    it('keeps bare carriage returns and line feeds inside values', () => {
      const { messages } = parse(['Event: A\r\nData: X=a\nb\r\nText: one\rInjected: two\r\nLast: z\r\r\n\r\n']);
      assert.equal(messages[0]?.get('data'), 'X=a\nb');
      assert.equal(messages[0]?.get('text'), 'one\rInjected: two');
      assert.equal(messages[0]?.get('injected'), undefined);
      assert.equal(messages[0]?.get('last'), 'z\r');
    });

    it('is not fooled by an Event line inside an answer', () => {
      const { messages } = parse([
        'Response: Success\r\nActionID: 1\r\nVariable: Y\r\nValue: Eve\r\nEvent: Hangup\r\n\r\n',
      ]);
      assert.deepEqual([messages[0]?.kind, messages[0]?.name], ['response', 'Success']);
    });

    it('takes an event with a Response line for an event', () => {
      const { messages } = parse(['Event: OriginateResponse\r\nPrivilege: call,all\r\nResponse: Failure\r\n\r\n']);
      assert.deepEqual([messages[0]?.kind, messages[0]?.name], ['event', 'OriginateResponse']);
    });

    it('finds the kind when another line comes first', () => {
      const { messages } = parse([
        'ActionID: 1\r\nResponse: Success\r\n\r\nServer: a\r\nEvent: X\r\nResponse: Failure\r\n\r\n',
      ]);
      assert.deepEqual(
        messages.map((m) => [m.kind, m.name]),
        [
          ['response', 'Success'],
          ['event', 'X'],
        ],
      );
    });

    it('reads a value that is no UTF-8 as Latin-1 and leaves its neighbours alone', () => {
      const latin = Buffer.concat([
        Buffer.from('Event: A\r\nName: '),
        Buffer.from([0x4a, 0xfc, 0x72, 0x67]),
        Buffer.from('\r\nOther: Юрий\r\n\r\n'),
      ]);
      const { messages, malformed } = parse([latin]);
      assert.equal(messages[0]?.get('name'), 'Jürg');
      assert.equal(messages[0]?.get('other'), 'Юрий');
      assert.deepEqual(malformed, []);
    });

    it('turns command output of old versions into Output lines', () => {
      const { messages } = parse(
        [
          'Response: Follows\r\nPrivilege: Command\r\nActionID: 7\r\nName   Status\n\n',
          'Key: value\r\n\r\nlast  line\n--END COMMAND--\r\n\r\nEvent: After\r\n\r\n',
        ],
        { end: true },
      );
      assert.deepEqual(
        messages.map((m) => [m.kind, m.name]),
        [
          ['response', 'Follows'],
          ['event', 'After'],
        ],
      );
      assert.equal(messages[0]?.get('actionid'), '7');
      assert.deepEqual(messages[0]?.all('output'), ['Name   Status', '', 'Key: value', '', 'last  line']);
    });
  });

  describe('against a hostile peer', () => {
    it('counts and reports lines without a colon, and takes the rest of the block', () => {
      const { messages, malformed, parser } = parse(['Event: A\r\nno colon here\r\nX: 1\r\n\r\nEvent: B\r\n\r\n']);
      assert.equal(messages[0]?.get('x'), '1');
      assert.deepEqual(messages[0]?.toObject(), { Event: 'A', X: '1' });
      assert.equal(messages[1]?.name, 'B');
      assert.equal(parser.counters.strayLines, 1);
      assert.deepEqual(
        malformed.map((m) => m.reason),
        ['a line has no colon'],
      );
    });

    it('leaves out a block that is neither event nor answer and goes on with the next', () => {
      const { messages, malformed, parser } = parse([`${BANNER}Foo: bar\r\nBar: foo\r\n\r\nEvent: B\r\n\r\n`]);
      assert.deepEqual(
        messages.map((m) => m.name),
        ['B'],
      );
      assert.deepEqual(malformed, [{ reason: 'a block is neither an event nor an answer', bytes: 18 }]);
      assert.equal(parser.counters.malformed, 1);
    });

    it('survives a line of 10 MB in bounded memory and goes on at the next blank line', () => {
      const chunk = Buffer.alloc(64 * 1024, 'x');
      const flood = [Buffer.from(`${BANNER}Event: Big\r\nData: `), ...Array.from({ length: 160 }, () => chunk)];
      const { messages, malformed, parser } = parse([...flood, '\r', '\n\r', '\nEvent: After\r\nX: 1\r\n\r\n']);
      assert.deepEqual(
        messages.map((m) => m.name),
        ['After'],
      );
      assert.equal(malformed.length, 1, 'reported once');
      assert.match(malformed[0]?.reason ?? '', /longer than 4194304 bytes/);
      assert.ok((malformed[0]?.bytes ?? 0) < 5 * 1024 * 1024, 'reported as soon as the limit is passed');
      assert.equal(parser.counters.malformed, 1);
    });

    it('holds no more than the limit of a block that never ends', () => {
      const chunk = Buffer.from('Key: value\r\n'.repeat(5000));
      const before = process.memoryUsage().arrayBuffers;
      const { malformed, parser } = parse(['Event: Endless\r\n'], { limits: { maxBlockBytes: 256 * 1024 } });
      for (let i = 0; i < 1000; i++) parser.push(chunk);
      assert.equal(malformed.length, 1);
      assert.equal(parser.counters.bytes, 60_000_016);
      assert.ok(process.memoryUsage().arrayBuffers - before < 4 * 1024 * 1024);
      parser.push(Buffer.from('\r\nEvent: After\r\n\r\n'));
      assert.equal(parser.counters.events, 1);
    });

    it('leaves out a block over the limit that comes in one piece', () => {
      const big = `Event: Big\r\nData: ${'x'.repeat(200)}\r\n\r\n`;
      const { messages, malformed } = parse([`${big}Event: A\r\n\r\n${big}Event: B\r\n\r\n`], {
        limits: { maxBlockBytes: 100 },
      });
      assert.deepEqual(
        messages.map((m) => m.name),
        ['A', 'B'],
      );
      assert.equal(malformed.length, 2);
    });

    it('takes a block of exactly the limit, in one piece or byte by byte', () => {
      const block = 'Event: Exact\r\nX: 1';
      for (const size of [1, 7, 1000]) {
        const bytes = Buffer.from(`${block}\r\n\r\n`);
        const cut = [];
        for (let at = 0; at < bytes.length; at += size) cut.push(bytes.subarray(at, at + size));
        assert.equal(parse(cut, { limits: { maxBlockBytes: block.length } }).messages.length, 1, `pieces of ${size}`);
        assert.equal(parse(cut, { limits: { maxBlockBytes: block.length - 1 } }).messages.length, 0);
      }
    });

    it('never delivers a message that was cut off, and says so', () => {
      const { messages, malformed } = parse(['Event: A\r\n\r\nEvent: Half\r\nChan'], { end: true });
      assert.deepEqual(
        messages.map((m) => m.name),
        ['A'],
      );
      assert.deepEqual(malformed, [{ reason: 'the connection ended inside a message', bytes: 17 }]);
    });

    it('says nothing after its end', () => {
      const { messages, malformed, parser } = parse(['Event: A\r\n'], { end: true });
      parser.push(Buffer.from('\r\nEvent: B\r\n\r\n'));
      parser.end();
      assert.equal(messages.length, 0);
      assert.equal(malformed.length, 1);
    });

    it('takes the first bytes for the greeting when no line ends', () => {
      const { banner } = parse([Buffer.alloc(400, 'a'), Buffer.alloc(400, 'b')]);
      assert.equal(banner?.length, 512);
    });

    it('leaves out a block with too many lines', () => {
      const many = `Event: Many\r\n${'a:\r\n'.repeat(50)}\r\n`;
      const old = `Response: Follows\r\nActionID: 1\r\n${'x\n'.repeat(50)}--END COMMAND--\r\n\r\n`;
      const { messages, malformed } = parse([many, old, 'Event: After\r\n\r\n'], { limits: { maxLines: 40 } });
      assert.deepEqual(
        messages.map((m) => m.name),
        ['After'],
      );
      assert.deepEqual(
        malformed.map((m) => m.reason),
        ['a message has more than 40 lines', 'a message has more than 40 lines'],
      );
    });

    it('goes on after an old command output that lacks its end mark', () => {
      const { messages } = parse([
        'Response: Follows\r\nActionID: 1\r\nsome text\n\r\n\r\nEvent: A\r\n\r\nEvent: B\r\n\r\n',
      ]);
      assert.deepEqual(
        messages.map((m) => m.name),
        ['Follows', 'A', 'B'],
      );
    });

    it('does not search an old command output again and again for its end', () => {
      const hostile = Buffer.from(`Response: Follows\r\n${'\r\n\r\nx'.repeat(100_000)}`);
      const started = process.cpuUsage();
      const { messages } = parse([hostile]);
      const { user } = process.cpuUsage(started);
      assert.equal(messages.length, 0);
      assert.ok(user < 1_000_000, `took ${user} us`);
    });
  });

  describe('filtering', () => {
    const stream =
      'Event: VarSet\r\nChannel: a\r\n\r\nEvent: Hangup\r\nChannel: b\r\n\r\nEvent: VarSet\r\nActionID: me-1\r\n\r\nResponse: Success\r\n\r\n';

    it('asks by name and passes over what nobody wants', () => {
      const asked: string[] = [];
      const { messages, parser } = parse([stream], {
        wants: (name) => {
          asked.push(name);
          return name === 'Hangup';
        },
      });
      assert.deepEqual(asked, ['VarSet', 'Hangup', 'VarSet']);
      assert.deepEqual(
        messages.map((m) => m.name),
        ['Hangup', 'Success'],
      );
      assert.equal(parser.counters.filtered, 2);
    });

    it('parses an unwanted event that carries an id which is waited for', () => {
      const { messages } = parse([stream], { wants: () => false, always: 'me-' });
      assert.deepEqual(
        messages.map((m) => m.name),
        ['VarSet', 'Success'],
      );
    });

    it('lets single values decide, of this block and not of the next, in one piece or byte by byte', () => {
      const blocks = Buffer.from(
        'Event: A\r\nX: 1\r\n\r\nEvent: A\r\nXX: 1\r\n\r\nEvent: A\r\nY: 2\r\nX: 3\r\nX: 4\r\n\r\nEvent: A\r\nX: \r\n\r\n',
      );
      const bytes = [...blocks].map((byte) => Buffer.from([byte]));
      for (const pieces of [[blocks], bytes]) {
        const values: (string | undefined)[] = [];
        parse(pieces, {
          wants: (_, block) => {
            values.push(block.value(beginningOf('X')));
            return false;
          },
        });
        assert.deepEqual(values, ['1', undefined, '3', '']);
      }
    });

    it('filters also when the Event line is not the first', () => {
      const { messages, parser } = parse(['Server: a\r\nEvent: VarSet\r\n\r\n'], { wants: () => false });
      assert.equal(messages.length, 0);
      assert.equal(parser.counters.filtered, 1);
    });
  });
});
