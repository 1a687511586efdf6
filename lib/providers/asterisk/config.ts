/** The fields of the account form, read and checked. */

import { PbxError } from '../../model';
import type { ProviderConfig } from '../../provider';
import { checkContext } from '../../transport/ami';
import { silenceOf } from '../../transport/silence';
import type { Silence } from '../../transport/silence';

export interface Settings {
  host: string;
  port: number;
  username: string;
  password: string;
  technology: string;
  context: string;
  /** `MessageSend`, or a console command with placeholders. */
  smsVia: string;
  /** 0: off. */
  agiPort: number;
  silence: Silence;
}

export const MESSAGE_SEND = 'MessageSend';

export function settingsOf(config: ProviderConfig): Settings {
  const settings: Settings = {
    host: textOf(config, 'host', ''),
    port: portOf(config, 'port', 5038),
    username: textOf(config, 'username', ''),
    password: typeof config['password'] === 'string' ? config['password'] : '',
    technology: textOf(config, 'technology', 'PJSIP'),
    context: textOf(config, 'context', 'from-internal'),
    smsVia: textOf(config, 'smsVia', MESSAGE_SEND),
    agiPort: portOf(config, 'agiPort', 0),
    silence: silenceOf(config),
  };
  if (settings.host === '') throw invalid('"host" is missing: enter the name or address of the PBX');
  if (settings.username === '') throw invalid('"username" is missing: enter a user of manager.conf');
  if (settings.port === 0) throw invalid('"port" is missing');
  if (!/^[A-Za-z][A-Za-z0-9]{0,19}$/.test(settings.technology))
    throw invalid('"technology" must be the name of a channel driver such as PJSIP');
  checkContext('"context"', settings.context);
  checkTemplate(settings.smsVia);
  return settings;
}

function checkTemplate(smsVia: string): void {
  if (smsVia.toLowerCase() === MESSAGE_SEND.toLowerCase()) return;
  if (!smsVia.includes('{to}') || !smsVia.includes('{text}'))
    throw invalid('"smsVia" must be MessageSend, or a console command with {to} and {text}');
}

function textOf(config: ProviderConfig, field: string, otherwise: string): string {
  const value = config[field];
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : '';
  return text === '' ? otherwise : text;
}

function portOf(config: ProviderConfig, field: string, otherwise: number): number {
  const value = config[field];
  if (value === undefined || value === null || value === '') return otherwise;
  const port = Number(value);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw invalid(`"${field}" must be a port number`);
  return port;
}

function invalid(text: string): PbxError {
  return new PbxError('invalid-argument', text);
}
