/** The words of the fake manager interface: blocks, answers of actions, and the events of a recording. */

export type Block = Readonly<Record<string, string | number | readonly (string | number)[]>>;

export interface Answer {
  response: string;
  fields: Block;
  items: readonly Block[];
  complete: string | null;
}

export function ok(fields: Block = {}): Answer {
  return { response: 'Success', fields, items: [], complete: null };
}

export function refuse(message: string): Answer {
  return { response: 'Error', fields: { Message: message }, items: [], complete: null };
}

/** A list: `items` become events of the name `item`, closed by `<item>Complete` unless Asterisk calls it otherwise. */
export function list(item: string, items: readonly Block[] = [], complete = `${item}Complete`): Answer {
  return {
    response: 'Success',
    fields: { EventList: 'start', Message: 'A listing follows' },
    items: items.map((fields) => ({ Event: item, ...fields })),
    complete,
  };
}

/** A block as Asterisk sends it; an array sends its key once for each value. */
export function encode(block: Block): string {
  let text = '';
  for (const [key, value] of Object.entries(block)) {
    for (const single of Array.isArray(value) ? (value as readonly (string | number)[]) : [value]) {
      text += `${key}: ${String(single)}\r\n`;
    }
  }
  return `${text}\r\n`;
}

/** The live events of a recording: without banner, answers and list items. */
export function eventsOf(recording: Buffer, actionIds: Readonly<Record<string, string>> = {}): Buffer {
  const lists = new Set<string>();
  const kept: string[] = [];
  for (const block of recording.toString('latin1').split('\r\n\r\n')) {
    const text = block.replace(/^Asterisk Call Manager[^\r]*\r\n/, '').replace(/^(?:\r\n)+/, '');
    const id = /^ActionID: (.*)$/m.exec(text)?.[1]?.trimEnd();
    if (text.startsWith('Response:')) {
      if (id !== undefined && /^EventList: start\r?$/im.test(text)) lists.add(id);
      continue;
    }
    if (!text.startsWith('Event:')) continue;
    if (id === undefined) kept.push(text);
    else if (lists.has(id)) {
      if (/^EventList: Complete\r?$/im.test(text)) lists.delete(id);
    } else kept.push(text.replace(/^ActionID: .*$/m, () => `ActionID: ${actionIds[id] ?? id}`));
  }
  return Buffer.from(kept.map((text) => `${text}\r\n\r\n`).join(''), 'latin1');
}
