/** Marks of an axis of time: round moments, as short as their step allows. Pure. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MONTH = 30.4375 * DAY;

const STEPS: readonly number[] = [
  SECOND, 5 * SECOND, 15 * SECOND, 30 * SECOND,
  MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE,
  HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR,
  DAY, 2 * DAY, 7 * DAY, 14 * DAY,
];
const MONTHS: readonly number[] = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200];

export interface TimeMark {
  at: number;
  text: string;
}

/** At most about `count` round moments between two, in UTC. */
export function timeMarks(low: number, high: number, count: number, locale: string): TimeMark[] {
  if (!(high > low) || count < 1) {
    return [];
  }
  const wanted = (high - low) / count;
  const step = STEPS.find((each) => each >= wanted);
  const moments = step === undefined ? byMonth(low, high, wanted / MONTH) : byStep(low, high, step);
  const isWithinADay = high - low <= DAY;
  const format = formatOf(step ?? MONTH * ((moments[1] ?? 0) - (moments[0] ?? 0) > 360 * DAY ? 12 : 1), isWithinADay, locale);
  return moments.map((at) => ({ at, text: format.format(new Date(at)) }));
}

function byStep(low: number, high: number, step: number): number[] {
  const first = Math.ceil(low / step) * step;
  return Array.from({ length: Math.max(0, Math.floor((high - first) / step) + 1) }, (_, place) => first + place * step);
}

function byMonth(low: number, high: number, wanted: number): number[] {
  const step = MONTHS.find((each) => each >= wanted) ?? Math.ceil(wanted / 1200) * 1200;
  const start = new Date(low);
  const moments: number[] = [];
  for (let month = Math.ceil((start.getUTCFullYear() * 12 + start.getUTCMonth()) / step) * step; ; month += step) {
    const at = Date.UTC(Math.floor(month / 12), month % 12, 1);
    if (at > high) {
      return moments;
    }
    if (at >= low) {
      moments.push(at);
    }
  }
}

function formatOf(step: number, isWithinADay: boolean, locale: string): Intl.DateTimeFormat {
  const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  const day = { day: "numeric", month: "short" } as const;
  const shape: Intl.DateTimeFormatOptions =
    step < MINUTE
      ? { ...clock, second: "2-digit" }
      : step < DAY
        ? isWithinADay
          ? clock
          : { ...day, ...clock }
        : step < MONTH
          ? day
          : step < 12 * MONTH
            ? { month: "short", year: "numeric" }
            : { year: "numeric" };
  return new Intl.DateTimeFormat(locale, { ...shape, timeZone: "UTC" });
}
