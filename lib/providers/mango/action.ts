/** `pbx action`: any request of the vendor as `{path, json}`, which reaches what the other nodes do not (specification 8). */

import { PbxError } from '../../model';
import type { Accepted, CommandContext } from '../../provider';
import type { MangoApi } from './api';
import type { Fields } from './fields';
import { fieldsOf, textOf } from './fields';
import { plainPath } from './limits';
import { recordingLink } from './links';
import type { Keys } from './sign';

const PATH = /^\/?[\w-]+(?:[/.][\w-]+)*\/?$/;
/** Made here without a request. */
const LINK = 'queries/recording/link';

/** What surely changes nothing, so that it may be asked again and a lost answer is no riddle. */
const READS: ReadonlySet<string> = new Set([
  '/cc/get_presence',
  '/cc/get_statuses',
  'account/balance',
  'audiofiles',
  'autosecretary/rules',
  'bwlists/numbers',
  'bwlists/state',
  'campaign/list',
  'config/users/request',
  'domains',
  'forwarding/numbers',
  'groups',
  'incominglines',
  'outbound_blacklist/get',
  'roles',
  'schemas',
  'sips',
  'stats/calls/request',
  'stats/calls/result',
  'stats/request',
  'stats/result',
  'trunks/numbers',
]);

const COMMAND = 'commands/';

export interface ActionTools {
  api: MangoApi;
  keys: Keys;
  now: number;
  /** A command leaves; its result will come under this id. */
  expect: (commandId: string, kind: string) => void;
}

export async function runAction(request: Fields, context: CommandContext, tools: ActionTools): Promise<Accepted> {
  const path = textOf(request['path']);
  if (!path || !PATH.test(path))
    throw new PbxError('invalid-argument', '"path" must be a path of the VPBX API, for example account/balance');
  const plain = plainPath(path);
  const parameters = parametersOf(request['json']);
  if (plain === LINK) return linkOf(parameters, tools);
  // Only answers to questions may lack a `result`, or be no JSON at all.
  const reads = READS.has(plain) || /^(?:\/s2t\/)?queries\//.test(plain);
  const isCommand = plain.startsWith(COMMAND);
  const commandId = isCommand ? commandIdOf(parameters, context.reference) : null;
  if (commandId) tools.expect(commandId, plain.slice(COMMAND.length));
  const sent =
    typeof parameters === 'string' ? parameters : { ...parameters, ...(commandId && { command_id: commandId }) };
  const reply = await tools.api.post(path, sent, {
    signal: context.signal,
    effect: !reads,
    resultless: reads,
    ...(reads && { other: plain === 'queries/recording/post' ? 'redirect' : 'text' }),
  });
  const result = reply.location ? { location: reply.location.href } : (reply.value ?? (reply.text || null));
  return { result, raw: result, ...(commandId && { reference: commandId }) };
}

/** A text is signed and sent as it is: the caller knows why. */
function parametersOf(json: unknown): Fields | string {
  if (json === undefined || json === null) return {};
  if (typeof json === 'string') {
    try {
      if (fieldsOf(JSON.parse(json))) return json;
    } catch {
      // Told below.
    }
  }
  const fields = fieldsOf(json);
  if (!fields) throw new PbxError('invalid-argument', '"json" must be an object with the parameters of the request');
  return fields;
}

function commandIdOf(parameters: Fields | string, reference: string): string | null {
  const fields = typeof parameters === 'string' ? fieldsOf(JSON.parse(parameters)) : parameters;
  return textOf(fields?.['command_id']) ?? (typeof parameters === 'string' ? null : reference);
}

function linkOf(parameters: Fields | string, { api, keys, now }: ActionTools): Accepted {
  const fields = typeof parameters === 'string' ? (fieldsOf(JSON.parse(parameters)) ?? {}) : parameters;
  const recording = textOf(fields['recording_id']);
  if (!recording) throw new PbxError('invalid-argument', '"recording_id" is missing');
  const link = recordingLink(
    recording,
    { action: fields['action'], expires: fields['expires'] },
    { base: api.base, keys, now },
  );
  return { result: link };
}
