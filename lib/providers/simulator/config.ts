/** The fields of the account form, read and checked. */

import { PbxError } from '../../model';
import type { ProviderConfig } from '../../provider';
import type { PbxSettings } from './pbx/pbx';

const MAX_EXTENSIONS = 1_000;
const MAX_QUEUES = 50;
/** `21-26`, `21,22,30-32`. */
export const LIST_PATTERN = '^\\s*\\d{1,8}(\\s*-\\s*\\d{1,8})?(\\s*,\\s*\\d{1,8}(\\s*-\\s*\\d{1,8})?)*\\s*$';

export function settingsOf(config: ProviderConfig): PbxSettings {
  const extensions = listOf('extensions', textOf(config['extensions'], '21-26'), MAX_EXTENSIONS);
  const queues = listOf('queues', textOf(config['queues'], '500'), MAX_QUEUES);
  const both = extensions.find((extension) => queues.includes(extension));
  if (both !== undefined) throw invalid(`${both} is an extension and a queue at once`);
  if (extensions.length === 0) throw invalid('"extensions" names no extension');
  return {
    seed: textOf(config['seed'], '1'),
    callsPerMinute: numberOf(config, 'callsPerMinute', 6, 0, 600),
    extensions,
    queues,
    names: namesOf(textOf(config['names'], '')),
    answerRatio: numberOf(config, 'answerRatio', 75, 0, 100) / 100,
    speed: numberOf(config, 'speed', 1, 0.1, 100),
  };
}

/** `21-23,30` is 21, 22, 23 and 30. */
export function listOf(field: string, text: string, limit: number): string[] {
  if (text.trim() === '') return [];
  if (!new RegExp(LIST_PATTERN).test(text))
    throw invalid(`"${field}" must be numbers and ranges such as 21-26 or 21,22,30-32`);
  const all = new Set<string>();
  for (const part of text.split(',')) {
    const [first = '', last = first] = part.split('-').map((number) => number.trim());
    if (Number(last) - Number(first) >= limit) throw invalid(`"${field}" holds more than ${limit} numbers`);
    for (let number = Number(first); number <= Number(last); number++)
      all.add(String(number).padStart(first.length, '0'));
  }
  if (all.size > limit) throw invalid(`"${field}" holds more than ${limit} numbers`);
  return [...all];
}

/** `21=Jana Nováková, 22=Ivan Varga` */
function namesOf(text: string): Record<string, string> {
  const names: Record<string, string> = {};
  for (const part of text.split(/[,\n]/)) {
    const [extension = '', name = ''] = part.split('=').map((piece) => piece.trim());
    if (/^\d{1,8}$/.test(extension) && name) names[extension] = name;
  }
  return names;
}

function textOf(value: unknown, otherwise: string): string {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? value : otherwise;
}

function numberOf(config: ProviderConfig, field: string, otherwise: number, low: number, high: number): number {
  const value = config[field];
  if (value === undefined || value === null || value === '') return otherwise;
  const number = Number(value);
  if (Number.isFinite(number) && number >= low && number <= high) return number;
  throw invalid(`"${field}" must be a number from ${low} to ${high}`);
}

function invalid(text: string): PbxError {
  return new PbxError('invalid-argument', `the simulator cannot be set up: ${text}`);
}
