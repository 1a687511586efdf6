/** The fake's book of commands: which parameters each wants, and in which state of its leg it can be done (vendor's documents, section 5). */

import type { FakeLeg, Json } from './mango-server';

type Legs = ReadonlyMap<string, FakeLeg>;

export interface CommandSheet {
  /** The vendor's code: 1000 when it can be done. */
  check(command: Json, legs: Legs): number;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isId = (value: unknown) => isText(value) && Buffer.byteLength(value) <= 128;
/** E.164 without a plus, an extension, or a SIP address. */
const isNumber = (value: unknown) => isText(value) && (/^\d{1,20}$/.test(value) || value.startsWith('sip:'));

/** 3103 for what is missing, 3104 for what has another form. */
function required(command: Json, wanted: Record<string, (value: unknown) => boolean>): number {
  for (const [name, fits] of Object.entries(wanted)) {
    if (command[name] === undefined) return 3103;
    if (!fits(command[name])) return 3104;
  }
  return 1000;
}

function only(command: Json, allowed: readonly string[]): number {
  return Object.keys(command).every((name) => allowed.includes(name)) ? 1000 : 3100;
}

/** The first complaint. */
function first(...codes: number[]): number {
  return codes.find((code) => code !== 1000) ?? 1000;
}

function inState(command: Json, legs: Legs, fits: (leg: FakeLeg) => boolean): number {
  const leg = legs.get(String(command['call_id']));
  if (!leg || leg.state === 'Disconnected') return 4101;
  return fits(leg) ? 1000 : 4100;
}

function sides(leg: FakeLeg): unknown[] {
  return [leg.from['extension'], leg.from['number'], leg.to['extension'], leg.to['number']];
}

export const COMMANDS: Readonly<Record<string, CommandSheet>> = {
  callback: {
    check: (command) => {
      const from = command['from'] as Json | undefined;
      return first(
        required(command, { command_id: isId, from: (value) => typeof value === 'object', to_number: isNumber }),
        only(command, ['command_id', 'from', 'to_number', 'line_number', 'sip_headers']),
        required(from ?? {}, { extension: isNumber }),
      );
    },
  },
  callback_group: {
    check: (command) => {
      const ends = [command['from'], command['to']].map((value) => (isText(value) && value.length <= 6 ? 1 : 0));
      return first(
        required(command, { command_id: isId, from: isNumber, to: isNumber, line_number: isNumber }),
        only(command, ['command_id', 'from', 'to', 'line_number']),
        // Exactly one of the two is a group.
        ends[0] !== ends[1] ? 1000 : 3100,
      );
    },
  },
  'call/hangup': {
    check: (command, legs) =>
      first(
        required(command, { command_id: isId, call_id: isId }),
        only(command, ['command_id', 'call_id']),
        inState(command, legs, (leg) => leg.location !== 'queue'),
      ),
  },
  route: {
    check: (command, legs) =>
      first(
        required(command, { command_id: isId, call_id: isId, to_number: isNumber }),
        only(command, ['command_id', 'call_id', 'to_number', 'sip_headers']),
        inState(command, legs, (leg) => leg.location !== 'abonent' || leg.state === 'Appeared'),
      ),
  },
  transfer: {
    check: (command, legs) => {
      const leg = legs.get(String(command['call_id']));
      return first(
        required(command, {
          command_id: isId,
          call_id: isId,
          method: (value) => value === 'blind' || value === 'hold',
          to_number: isNumber,
          initiator: isText,
        }),
        only(command, ['command_id', 'call_id', 'method', 'to_number', 'initiator']),
        inState(command, legs, ({ state }) => state === 'Connected'),
        leg && !sides(leg).includes(command['initiator']) ? 3330 : 1000,
      );
    },
  },
  sms: {
    check: (command) =>
      first(
        required(command, { command_id: isId, text: isText, from_extension: isNumber, to_number: isNumber }),
        only(command, ['command_id', 'text', 'from_extension', 'to_number', 'sms_sender']),
      ),
  },
  'recording/start': {
    check: (command, legs) => {
      const leg = legs.get(String(command['call_id']));
      return first(
        required(command, { command_id: isId, call_id: isId, call_party_number: isText }),
        only(command, ['command_id', 'call_id', 'call_party_number']),
        inState(command, legs, ({ location, state }) => location === 'abonent' && state === 'Connected'),
        leg && !sides(leg).includes(command['call_party_number']) ? 3330 : 1000,
        leg?.recording ? 4102 : 1000,
      );
    },
  },
  'play/start': {
    check: (command) => required(command, { command_id: isId, call_id: isId, internal_id: () => true }),
  },
};
