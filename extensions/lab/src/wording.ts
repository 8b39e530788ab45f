/** What a record says of itself, in the reader's language. One small function a kind. */

import type { TranslationBundle } from "@jupyterlab/translation";
import type { IRecord } from "./tokens";

/** Numbers and times in one language. */
export interface ILanguage {
  readonly trans: TranslationBundle;
  /** BCP 47, such as `zh-CN`. */
  readonly locale: string;
  readonly now: number;
}

type Locale = Pick<ILanguage, "locale">;

/** The name of a kind, as a heading. */
export function kindName(kind: string, trans: TranslationBundle): string {
  const names: Record<string, () => string> = {
    dataset: () => trans.__("Datasets"),
    feature_view: () => trans.__("Features"),
    run: () => trans.__("Runs"),
    model: () => trans.__("Models"),
    deployment: () => trans.__("Deployments"),
    job: () => trans.__("Jobs"),
    dashboard: () => trans.__("Dashboards"),
    alert: () => trans.__("Alerts"),
  };
  return names[kind]?.() ?? kind.replaceAll("_", " ");
}

/** One record of a kind, for a chip or a screen reader. */
export function kindOf(kind: string, trans: TranslationBundle): string {
  const names: Record<string, () => string> = {
    dataset: () => trans.__("dataset"),
    feature_view: () => trans.__("feature view"),
    on_demand_view: () => trans.__("on-demand view"),
    feature_service: () => trans.__("feature service"),
    run: () => trans.__("run"),
    model: () => trans.__("model"),
    deployment: () => trans.__("deployment"),
    job: () => trans.__("job"),
    dashboard: () => trans.__("dashboard"),
    alert: () => trans.__("alert"),
    evaluation: () => trans.__("evaluation"),
    monitor: () => trans.__("monitor"),
    statistics: () => trans.__("statistics"),
    schema: () => trans.__("schema"),
    anomalies: () => trans.__("anomalies"),
    transform: () => trans.__("transform"),
    checkpoint: () => trans.__("checkpoint"),
    file: () => trans.__("file"),
  };
  return names[kind]?.() ?? kind.replaceAll("_", " ");
}

/** The word for a state. */
export function stateName(state: string, trans: TranslationBundle): string {
  const names: Record<string, () => string> = {
    live: () => trans.__("live"),
    running: () => trans.__("running"),
    complete: () => trans.__("complete"),
    failed: () => trans.__("failed"),
    canceled: () => trans.__("canceled"),
    stopped: () => trans.__("stopped"),
    down: () => trans.__("down"),
    replaced: () => trans.__("replaced"),
    scheduled: () => trans.__("scheduled"),
    paused: () => trans.__("paused"),
    passed: () => trans.__("passed"),
    alert: () => trans.__("alert"),
    deleted: () => trans.__("deleted"),
    error: () => trans.__("error"),
    warning: () => trans.__("warning"),
  };
  return names[state]?.() ?? state;
}

/** The one fact that matters, short enough for a row. */
export function factOf(record: IRecord, language: ILanguage): string {
  const worded = FACTS[record.kind]?.(record, language);
  return worded ?? record.fact;
}

/** Everything worth knowing about a record in one line, as separate phrases. */
export function factsOf(record: IRecord, language: ILanguage, step?: string): string[] {
  const { trans } = language;
  const { facts } = record;
  const phrases: (string | null)[] = [
    facts.rows === undefined ? null : trans._n("%2 row", "%2 rows", facts.rows, whole(facts.rows, language)),
    facts.columns ? trans._n("%2 column", "%2 columns", facts.columns, whole(facts.columns, language)) : null,
    ...splitsOf(facts).map(([split, rows]) => `${split} ${whole(rows, language)}`),
    facts.spans ? trans._n("%2 span", "%2 spans", facts.spans, whole(facts.spans, language)) : null,
    facts.first && facts.last ? between(facts.first, facts.last, language) : null,
    facts.size ? bytes(facts.size, language) : null,
    facts.source ? trans.__("from %1", facts.source) : null,
    facts.bad_rows
      ? trans._n("%2 bad row set aside", "%2 bad rows set aside", facts.bad_rows, whole(facts.bad_rows, language))
      : null,
    facts.anomalies === undefined ? null : trans._n("%1 anomaly", "%1 anomalies", facts.anomalies),
    facts.features
      ? trans._n("%2 feature", "%2 features", facts.features, whole(facts.features, language))
      : null,
    facts.entities?.length ? trans.__("of %1", facts.entities.join(", ")) : null,
    record.kind === "feature_view" || record.kind === "on_demand_view" ? factOf(record, language) : null,
    facts.ttl === undefined ? null : trans.__("valid for %1", span(facts.ttl * 1000, language)),
    facts.owner ? trans.__("by %1", facts.owner) : null,
    facts.flavor ?? null,
    facts.metric && typeof facts.value === "number"
      ? `${facts.metric} ${significant(facts.value, language)}`
      : null,
    facts.model ? trans.__("serves %1", facts.model) : null,
    facts.p99 === undefined ? null : trans.__("p99 %1 ms", significant(facts.p99, language)),
    facts.cron ? trans.__("cron %1, %2", facts.cron, facts.timezone ?? "UTC") : null,
    facts.next_run ? trans.__("next run %1", nearby(facts.next_run, language)) : null,
    facts.took === undefined ? null : trans.__("took %1", took(facts.took, language)),
    step === undefined
      ? trans.__("made %1", ago(record.created_at, language))
      : trans.__("made %1 by %2", ago(record.created_at, language), stepName(step, trans)),
  ];
  return phrases.filter((phrase): phrase is string => Boolean(phrase));
}

/** What a step does, as the function that did it is called in prose. */
export function stepName(kind: string, trans: TranslationBundle): string {
  const names: Record<string, () => string> = {
    ingest: () => trans.__("ingest"),
    training_set: () => trans.__("training set"),
    predict_batch: () => trans.__("batch prediction"),
    import: () => trans.__("import"),
    fit: () => trans.__("fit"),
    register: () => trans.__("register"),
    deploy: () => trans.__("deploy"),
    evaluate: () => trans.__("evaluate"),
    materialize: () => trans.__("materialize"),
    publish: () => trans.__("publish"),
  };
  return names[kind]?.() ?? kindOf(kind, trans);
}

/** What a column is to its dataset. */
export function roleName(role: string, trans: TranslationBundle): string {
  const names: Record<string, () => string> = {
    time: () => trans.__("time"),
    created: () => trans.__("created"),
    label: () => trans.__("label"),
    key: () => trans.__("key"),
    group: () => trans.__("group"),
    stratify: () => trans.__("stratify"),
    split: () => trans.__("split"),
  };
  return names[role]?.() ?? role;
}

/** One split that holds everything is no news. */
function splitsOf(facts: IRecord["facts"]): [string, number][] {
  const splits = Object.entries(facts.splits ?? {});
  return splits.length > 1 ? splits : [];
}

/** From one day to another, as short as the language has it. */
function between(first: string, last: string, { locale }: Locale): string {
  const days = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" });
  return days.formatRange(new Date(first), new Date(last));
}

const FACTS: Record<string, (record: IRecord, language: ILanguage) => string | null> = {
  dataset: ({ facts }, language) =>
    facts.rows === undefined
      ? null
      : language.trans._n("%2 row", "%2 rows", facts.rows, whole(facts.rows, language)),
  feature_view: ({ facts }, language) => {
    if (facts.static) {
      return language.trans.__("static");
    }
    return facts.materialized_at
      ? language.trans.__("fresh %1", span(language.now - Date.parse(facts.materialized_at), language))
      : language.trans.__("not materialized");
  },
  on_demand_view: (_, language) => language.trans.__("on demand"),
  feature_service: ({ facts }, language) =>
    language.trans._n("%2 feature", "%2 features", facts.features ?? 0, whole(facts.features ?? 0, language)),
  run: ({ facts, state }, language) => {
    if (state === "failed") {
      return facts.error ?? language.trans.__("failed");
    }
    if (facts.metric && typeof facts.value === "number") {
      return `${shortMetric(facts.metric)} ${significant(facts.value, language)}`;
    }
    return stateName(state, language.trans);
  },
  deployment: ({ facts, state }, language) =>
    state === "live" && facts.p99 !== undefined
      ? language.trans.__("p99 %1 ms", significant(facts.p99, language))
      : stateName(state, language.trans),
  job: ({ facts, state }, language) => {
    if (state === "failed") {
      return facts.error ?? language.trans.__("failed");
    }
    if (state === "running") {
      return language.trans.__("running");
    }
    const moment = facts.next_run ?? facts.last_run;
    return moment ? nearby(moment, language) : stateName(state, language.trans);
  },
  dashboard: ({ created_at, state }, language) =>
    state === "live" ? ago(created_at, language) : stateName(state, language.trans),
  alert: ({ created_at }, language) => span(language.now - Date.parse(created_at), language),
};

/** `validation/auc` is `auc` where room is short. */
export function shortMetric(key: string): string {
  const parts = key.split(/[/.]/);
  return (parts[parts.length - 1] ?? key).replace(/^val(idation)?_/, "").replaceAll("_", " ");
}

export function whole(value: number, { locale }: Locale): string {
  return value.toLocaleString(locale, { maximumFractionDigits: 0 });
}

/** Three significant digits, thousands separated. */
export function significant(value: number, { locale }: Locale): string {
  if (!Number.isFinite(value)) {
    return String(value);
  }
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e9)) {
    return value.toExponential(2);
  }
  return size >= 100
    ? whole(value, { locale })
    : value.toLocaleString(locale, { minimumSignificantDigits: 3, maximumSignificantDigits: 3 });
}

export function bytes(value: number, language: ILanguage): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
  let scaled = value;
  let unit = 0;
  while (scaled >= 1000 && unit < units.length - 1) {
    scaled /= 1000;
    unit += 1;
  }
  return scaled.toLocaleString(language.locale, {
    style: "unit",
    unit: units[unit],
    unitDisplay: "short",
    ...(unit === 0 ? {} : { minimumSignificantDigits: 3, maximumSignificantDigits: 3 }),
  });
}

/** A span of time in its largest unit: `4 min`. */
export function span(milliseconds: number, { locale }: ILanguage): string {
  const [value, unit] = largest(Math.max(milliseconds, 0) / 1000);
  return value.toLocaleString(locale, { style: "unit", unit, unitDisplay: "short" });
}

/** How long something took, from seconds. */
export function took(seconds: number, { locale }: ILanguage): string {
  if (seconds < 60) {
    return seconds.toLocaleString(locale, {
      style: "unit",
      unit: "second",
      unitDisplay: "short",
      maximumSignificantDigits: 2,
    });
  }
  const [large, small] = seconds < 3600 ? (["minute", "second"] as const) : (["hour", "minute"] as const);
  const size = large === "minute" ? 60 : 3600;
  const units_ = Math.floor(seconds / size);
  const rest = Math.floor((seconds - units_ * size) / (size / 60));
  const part = (value: number, unit: string): string =>
    value.toLocaleString(locale, { style: "unit", unit, unitDisplay: "short" });
  return `${part(units_, large)} ${part(rest, small)}`;
}

/** `4 min ago`. */
export function ago(moment: string, { locale, now }: ILanguage): string {
  const [value, unit] = largest(Math.max(now - Date.parse(moment), 0) / 1000);
  return new Intl.RelativeTimeFormat(locale, { style: "short", numeric: "auto" }).format(-value, unit);
}

/** `tomorrow 06:00`, `Fri 06:00`, `3 Dec 06:00`. */
export function nearby(moment: string, { locale, now }: ILanguage): string {
  const when = new Date(moment);
  const days = Math.round((midnight(when) - midnight(new Date(now))) / 86_400_000);
  const clock = when.toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  let day: string;
  if (Math.abs(days) <= 1) {
    day = new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(days, "day");
  } else if (days > 1 && days < 7) {
    day = when.toLocaleDateString(locale, { weekday: "short" });
  } else {
    day = when.toLocaleDateString(locale, { day: "numeric", month: "short" });
  }
  return `${day} ${clock}`;
}

/** A moment in full, for a tooltip. */
export function absolute(moment: string, { locale }: ILanguage): string {
  return new Date(moment).toLocaleString(locale, { dateStyle: "medium", timeStyle: "long" });
}

function midnight(day: Date): number {
  return new Date(day.getFullYear(), day.getMonth(), day.getDate()).getTime();
}

function largest(seconds: number): [number, "second" | "minute" | "hour" | "day"] {
  if (seconds < 60) {
    return [Math.floor(seconds), "second"];
  }
  if (seconds < 3600) {
    return [Math.floor(seconds / 60), "minute"];
  }
  return seconds < 86_400 ? [Math.floor(seconds / 3600), "hour"] : [Math.floor(seconds / 86_400), "day"];
}
