/** The methods of the fake vwell-bpx-srv that go to Asterisk: what each writes there, and how long it waits. */

import type { Argument } from './vwell-http';

export const METHODS: ReadonlySet<string> = new Set(
  'send gsmSendSMS dial redirect onEvent onceEvent rmEvent dispatchEvent'.split(' '),
);

/** Checked before the credentials. A missing number of `dial` is not noticed, only an empty one. */
export function firstMissing(method: string, argument: Argument): string | null {
  const empty = (key: string) => argument[key] === '';
  const missing = (key: string) => empty(key) || argument[key] === undefined;
  switch (method) {
    case 'gsmSendSMS':
      for (const key of ['tel', 'msg']) if (missing(key)) return `arg.${key} suppose to be not empty string`;
      return null;
    case 'dial':
      for (const key of ['from', 'to']) if (empty(key)) return `arg.${key} supposed to be not empty string`;
      return null;
    case 'redirect':
      for (const key of ['channel', 'toTel']) if (missing(key)) return `arg.${key} supposed to be not empty string`;
      return null;
    default:
      return null;
  }
}

function normal(number: unknown): string {
  return said(number)
    .replace(/[\s()[\]-]/g, '')
    .replace(/^\+7/, '8');
}

/** A value as it is written into a text. */
export function said(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined');
}

let texts = 0;

export function written(
  method: string,
  argument: Argument,
  actionId: string,
  spanId: number,
): { parts: Argument[]; limitMs: number; name: string } {
  // A text is glued to the margin; beyond what a timer takes it is over at once.
  const given = (argument['timeout'] || 30_000) as number | string;
  const limit = Number(typeof given === 'string' ? `${given}3000` : given + 3000);
  const limitMs = limit > 2 ** 31 - 1 ? 1 : limit;
  switch (method) {
    case 'dial': {
      const [from, to] = [normal(argument['from']), normal(argument['to'])];
      const originate = {
        action: 'Originate',
        channel: `SIP/${from}`,
        context: `DLPN_DialPlan${from}`,
        exten: to,
        priority: 1,
        async: 'YES',
        timeout: given,
        callerid: to,
        actionId,
      };
      return { parts: [originate], limitMs, name: 'EgPBX.dial' };
    }
    case 'redirect': {
      const { channel, toTel } = argument;
      const context = `DLPN_DialPlan${said(toTel)}`;
      const move = { action: 'Redirect', channel, exten: toTel, priority: 1, context, extraPriority: 1, actionId };
      return { parts: [move], limitMs, name: 'EgPBX.redirect' };
    }
    case 'gsmSendSMS':
      return { parts: smsCommands(argument, actionId, spanId), limitMs: 15_000, name: 'MBPX.gsmSendSMS' };
    default:
      return {
        parts: [{ ...(argument['fields'] as Argument | undefined), actionId }],
        limitMs: Number(argument['timeout'] ?? 15_000),
        name: 'send',
      };
  }
}

function smsCommands({ tel, msg }: Argument, actionId: string, spanId: number): Argument[] {
  const text = said(msg).trim();
  // oxlint-disable-next-line no-control-regex -- ASCII is what counts here
  const isAscii = /^[\u0000-\u007f]*$/.test(text);
  const number = normal(tel);
  if (text.length <= (isAscii ? 160 : 70))
    return [{ action: 'command', actionId, command: `gsm send sms ${spanId} ${number} "${text}"` }];
  const size = isAscii ? 152 : 67;
  const count = Math.ceil(text.length / size);
  const same = 100 + (texts++ % 900);
  return Array.from({ length: count }, (_, i) => {
    const part = text.slice(i * size, (i + 1) * size);
    return {
      action: 'command',
      actionId,
      command: `gsm send sync csms ${spanId} ${number} "${part}" ${same} ${count} ${i + 1} 20`,
    };
  });
}
