/** A raw manager action from a flow: `{Action: 'QueuePause', Interface: 'PJSIP/21', Paused: true}`. */

import { PbxError } from '../../model';
import type { ActionCommand } from '../../model';
import type { Accepted, CommandContext } from '../../provider';
import { checkActionName, checkNoPattern, redact } from '../../transport/ami';
import type { AmiFields, AmiSession, AmiValue } from '../../transport/ami';

/** Actions that would break the connection they are sent on, or hold it up. */
const NOT_HERE: Readonly<Record<string, string>> = {
  login: 'the account logs in by itself',
  logoff: 'the account ends its connection by itself',
  challenge: 'the account logs in by itself',
  waitevent: 'it is for AMI over HTTP only',
};

export async function runAction(
  session: AmiSession,
  command: ActionCommand,
  context: CommandContext,
): Promise<Accepted> {
  const fields = fieldsOf(command.request);
  const name = nameOf(fields);
  checkActionName(name);
  const refused = NOT_HERE[name.toLowerCase()];
  if (refused) throw new PbxError('invalid-argument', `${name} cannot be sent: ${refused}`);
  if (name.toLowerCase() === 'hangup')
    for (const channel of valuesOf(fields, 'channel')) checkNoPattern('Channel', channel);
  const { response, items, complete } = await session.action(fields, { signal: context.signal, list: true });
  const result: Record<string, unknown> = { response: response.toObject() };
  if (complete) {
    result['items'] = items.map((item) => item.toObject());
    result['complete'] = complete.toObject();
  }
  return { result: redact(result), raw: result };
}

function valuesOf(fields: AmiFields, wanted: string): string[] {
  return Object.entries(fields)
    .filter(([key]) => key.toLowerCase() === wanted)
    .flatMap(([, value]) => value)
    .map(String);
}

function nameOf(fields: AmiFields): string {
  const [name] = valuesOf(fields, 'action');
  if (name !== undefined) return name.trim();
  throw new PbxError('invalid-argument', '"request" has no Action: give a manager action such as {"Action": "Ping"}');
}

function fieldsOf(request: Readonly<Record<string, unknown>>): AmiFields {
  const fields: Record<string, AmiValue | readonly AmiValue[]> = {};
  for (const [key, value] of Object.entries(request)) {
    if (value === undefined || value === null) continue;
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (!values.every(isValue))
      throw new PbxError(
        'invalid-argument',
        `"${key.slice(0, 40)}" must be a text, a number, a boolean or a list of these`,
      );
    fields[key] = Array.isArray(value) ? values : (values[0] as AmiValue);
  }
  // Asterisk would hold up the whole connection until the phone is answered.
  const [actionKey, asyncKey] = ['action', 'async'].map((wanted) =>
    Object.keys(fields).find((key) => key.toLowerCase() === wanted),
  );
  if (actionKey && !asyncKey && String(fields[actionKey]).trim().toLowerCase() === 'originate')
    fields['Async'] = 'true';
  return fields;
}

function isValue(value: unknown): value is AmiValue {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
