/** Numbers as the server writes them, and what may stand where in its requests. */

import { PbxError } from '../../model';

/** The server's own contexts: each number has one. */
export function ownContext(number: string): string {
  return `DLPN_DialPlan${number}`;
}

/** As the server does it: blanks, brackets and hyphens gone, a leading +7 becomes 8. */
export function normalised(number: string): string {
  return number.replace(/[\s()[\]-]/g, '').replace(/^\+7/, '8');
}

/** A number to dial or to write to. */
export function numberIn(field: string, value: unknown): string {
  const number = typeof value === 'string' ? normalised(value) : typeof value === 'number' ? String(value) : '';
  if (/^[0-9A-Za-z*#+][0-9A-Za-z*#+._]{0,78}$/.test(number)) return number;
  throw new PbxError(
    'invalid-argument',
    number === '' ? `"${field}" is missing` : `"${field}" must be a number or an extension`,
  );
}

/** The server escapes nothing: a line break would begin another header of Asterisk's protocol. */
export function oneLine(field: string, value: string): string {
  if (/[\r\n\0]/.test(value)) throw new PbxError('invalid-argument', `"${field}" must hold no line break`);
  return value;
}

/** The text of a message: it goes to Asterisk's console between double quotes that nothing can escape. */
export function textIn(field: string, value: unknown): string {
  const text = typeof value === 'string' ? value.trim() : '';
  if (text === '') throw new PbxError('invalid-argument', `"${field}" is missing`);
  if (/[\r\n\0"]/.test(text))
    throw new PbxError(
      'invalid-argument',
      `"${field}" must hold no line breaks and no double quotes: this server cannot send them`,
    );
  return text;
}
