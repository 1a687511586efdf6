/**
 * The call history tells the time of a clock on a wall in Slovakia, without a zone (`2026-05-28 11:06:53`). The rules of that clock come
 * from the time zone data of Node.js, never from here.
 */

const WALL = /^(\d{4})-(\d{2})-(\d{2})[ T](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?$/;
const DAY_MS = 86_400_000;

const CLOCK = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/Bratislava',
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

/**
 * Milliseconds since the epoch; `null` for what is no time. A text with a zone is taken by it. Of an hour that comes twice the first is
 * taken; one that is left out counts as if the clock had not been changed.
 */
export function fromLocalTime(text: string | null | undefined): number | null {
  if (!text) return null;
  const parts = WALL.exec(text.trim());
  if (!parts) {
    const zoned = /(?:Z|[+-]\d{2}:?\d{2})$/.test(text.trim()) ? Date.parse(text.trim()) : Number.NaN;
    return Number.isNaN(zoned) ? null : zoned;
  }
  const [year, month, day, hour, minute, second] = parts.slice(1).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const wall = Date.UTC(year, month - 1, day, hour, minute, second);
  if (Number.isNaN(wall) || month > 12 || day > 31 || hour > 23 || minute > 59 || second > 59) return null;
  const before = wall - offset(wall - DAY_MS);
  const after = wall - offset(wall + DAY_MS);
  return [before, after].find((time) => time + offset(time) === wall) ?? before;
}

/** `2026-05-28 11:06:53` by the clock on the wall in Slovakia. */
export function toLocalTime(ms: number): string {
  return toUtcTime(ms + offset(ms));
}

/** The same form in UTC. */
export function toUtcTime(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}

/** Milliseconds that the wall clock is ahead of UTC at a moment. */
function offset(ms: number): number {
  const whole = Math.floor(ms / 1000) * 1000;
  const shown: Record<string, number> = {};
  for (const { type, value } of CLOCK.formatToParts(whole)) shown[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = shown;
  return Date.UTC(year, month - 1, day, hour, minute, second) - whole;
}
