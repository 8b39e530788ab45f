/** Numbers and times as people read them: three significant digits, thousands separated. */

import type { Language, Translate } from "./text.js";

const DASH = "–";

/** Three significant digits; whole numbers of three digits and more stay whole. */
export function formatNumber(value: number | null | undefined, locale = "en", digits = 3): string {
  if (value === null || value === undefined || Number.isNaN(value)) {
    return DASH;
  }
  if (!Number.isFinite(value)) {
    return value > 0 ? "∞" : "−∞";
  }
  if (value === 0) {
    return "0";
  }
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e12) {
    return value.toExponential(digits - 1).replace("e+", "e").replaceAll("-", "−");
  }
  const text =
    size >= 10 ** (digits - 1)
      ? value.toLocaleString(locale, { maximumFractionDigits: 0 })
      : value.toLocaleString(locale, { minimumSignificantDigits: digits, maximumSignificantDigits: digits });
  return text.replace("-", "−");
}

/** A count, in full. */
export function formatCount(value: number | null | undefined, locale = "en"): string {
  return value === null || value === undefined ? DASH : value.toLocaleString(locale, { maximumFractionDigits: 0 });
}

/** A share of something as a percentage; what is not nothing never reads as 0. */
export function formatShare(part: number, whole: number, locale = "en"): string {
  if (part === 0 || whole === 0) {
    return "0";
  }
  const percent = (100 * part) / whole;
  if (percent < 0.01) {
    return "<0.01 %";
  }
  const digits = percent >= 100 ? 0 : percent >= 10 ? 1 : 2;
  const rounded = percent < 100 && percent > 99.9 ? 99.9 : percent;
  return `${rounded.toLocaleString(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits })} %`;
}

/** A day, or a minute where the span is short. */
export function formatTime(milliseconds: number | null | undefined, locale = "en"): string {
  if (milliseconds === null || milliseconds === undefined || !Number.isFinite(milliseconds)) {
    return DASH;
  }
  const when = new Date(milliseconds);
  return Number.isNaN(when.getTime())
    ? DASH
    : when.toLocaleString(locale, {
        year: "numeric",
        month: "short",
        day: "numeric",
        hour: "2-digit",
        minute: "2-digit",
        hourCycle: "h23", // without it some browsers call midnight 24:00
        timeZone: "UTC",
      });
}

/** A span in its two largest units: `1 min 12 s`. */
export function formatDuration(seconds: number, { t, locale }: Language): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) {
    return t("%1 s", seconds > 0 && seconds < 10 ? formatNumber(seconds, locale, 2) : whole);
  }
  if (whole < 3600) {
    return t("%1 min %2 s", Math.floor(whole / 60), String(whole % 60).padStart(2, "0"));
  }
  return t("%1 h %2 min", Math.floor(whole / 3600), String(Math.floor((whole % 3600) / 60)).padStart(2, "0"));
}

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

/** `4 min. ago`, `in 2 hr.`; the absolute time belongs in a tooltip. */
export function relativeTime(moment: string | number | Date, locale = "en", now: number = Date.now()): string {
  const seconds = (new Date(moment).getTime() - now) / 1000;
  if (Number.isNaN(seconds)) {
    return DASH;
  }
  const [unit, size] = UNITS.find(([, each]) => Math.abs(seconds) >= each) ?? ["second", 1];
  const format = new Intl.RelativeTimeFormat(locale, { style: "short", numeric: "auto" });
  return format.format(Math.trunc(seconds / size), unit);
}

/** `1 view, 2 models`: how many of each kind. */
export function countKinds(kinds: Iterable<string>, t: Translate): string {
  const counts = new Map<string, number>();
  for (const kind of kinds) {
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts]
    .map(([kind, count]) => {
      const [one, many] = KINDS[kind] ?? [kind.replaceAll("_", " "), kind.replaceAll("_", " ")];
      return `${String(count)} ${t(count === 1 ? one : many)}`;
    })
    .join(", ");
}

const KINDS: Readonly<Record<string, [string, string]>> = {
  dataset: ["dataset", "datasets"],
  feature_view: ["view", "views"],
  feature_service: ["service", "services"],
  run: ["run", "runs"],
  model: ["model", "models"],
  deployment: ["endpoint", "endpoints"],
  evaluation: ["evaluation", "evaluations"],
  monitor: ["monitor", "monitors"],
  dashboard: ["dashboard", "dashboards"],
  alert: ["alert", "alerts"],
  job: ["job", "jobs"],
  schema: ["schema", "schemas"],
  transform: ["transform", "transforms"],
  anomalies: ["list of anomalies", "lists of anomalies"],
};

/** The word for one record of a kind. */
export function kindWord(kind: string, t: Translate): string {
  return t(KINDS[kind]?.[0] ?? kind.replaceAll("_", " "));
}
