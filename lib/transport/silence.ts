/** How long a connection may be silent: the same field in the account form of every PBX that keeps one open. */

import type { Field, ProviderConfig } from '../provider';

const DEFAULT_SECONDS = 25;

export const SILENCE_FIELD: Field = {
  name: 'silentSeconds',
  type: 'number',
  label: { 'en-US': 'Silent after (s)', sk: 'Ticho po (s)', ru: 'Молчит после (с)' },
  hint: {
    'en-US':
      'A connection on which nothing is heard for so many seconds is given up and made anew. It is asked for a sign of life before. Raise it for a slow or busy line.',
    sk: 'Spojenie, na ktorom toľko sekúnd nič nepočuť, sa zruší a nadviaže znova. Predtým sa pýta na znamenie života. Na pomalej alebo vyťaženej linke hodnotu zvýšte.',
    ru: 'Соединение, по которому столько секунд ничего не слышно, разрывается и устанавливается заново. До этого проверяется, живо ли оно. На медленной или загруженной линии увеличьте значение.',
  },
  default: DEFAULT_SECONDS,
  min: 5,
  max: 300,
  advanced: true,
};

export interface Silence {
  /** Milliseconds of silence after which the other side is asked for a sign of life. */
  pingAfterMs: number;
  /** Milliseconds of silence after which the connection is given up. */
  deadAfterMs: number;
}

export function silenceOf({ silentSeconds }: ProviderConfig): Silence {
  const isSet = typeof silentSeconds === 'number' && silentSeconds >= 5 && silentSeconds <= 300;
  const deadAfterMs = (isSet ? silentSeconds : DEFAULT_SECONDS) * 1000;
  return { pingAfterMs: deadAfterMs * 0.4, deadAfterMs };
}
