/** How columns go together: a map of correlations, and the strongest pairs as a table. */

import { useMemo, type JSX } from "react";
import type { Pair, StatisticsData } from "../data.js";
import { formatNumber } from "../format.js";
import type { Language } from "../text.js";

const SIDE = 20;
const LISTED = 100;

interface PairsProps extends Language {
  data: StatisticsData;
  maxHeight: number;
}

export function Pairs({ data, maxHeight, t, locale }: PairsProps): JSX.Element {
  const pairs = useMemo(() => data.pairs ?? [], [data]);
  const labels = data.features.flatMap((each) => (each.role === "label" ? [each.name] : []));
  const names = useMemo(() => involved(pairs, labels), [pairs, labels]);
  const known = useMemo(() => new Map(pairs.flatMap((pair) => [[key(pair[0], pair[1]), pair], [key(pair[1], pair[0]), pair]])), [pairs]);
  const has = { correlation: pairs.some(([, , each]) => each !== null), bits: pairs.some(([, , , each]) => each !== null) };
  const mostBits = Math.max(...pairs.map(([, , , bits]) => bits ?? 0), 1e-12);
  return (
    <div className="wbu-Scroll wbu-Pairs" style={{ maxHeight }} role="region" aria-label={t("Pairs of columns")} tabIndex={0}>
      <table className="wbu-Map" aria-label={t("Correlation of each two columns")}>
        <thead>
          <tr>
            <td />
            {names.slice(0, -1).map((name) => (
              <th key={name} scope="col" title={name}>
                <span>{name}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {names.slice(1).map((row, above) => (
            <tr key={row}>
              <th scope="row" title={row} data-label={labels.includes(row) || undefined}>
                {row}
              </th>
              {names.slice(0, -1).map((column, place) => (
                <MapCell key={column} pair={place <= above ? known.get(key(row, column)) : undefined} most={mostBits} t={t} locale={locale} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <table className="wbu-PairList">
        <thead>
          <tr>
            <th scope="colgroup" colSpan={2} className="wbu-Left">
              {t("pair")}
            </th>
            {has.correlation ? <th scope="col">{t("correlation")}</th> : null}
            {has.bits ? <th scope="col">{t("shared bits")}</th> : null}
          </tr>
        </thead>
        <tbody>
          {pairs.slice(0, LISTED).map(([a, b, correlation, bits]) => (
            <tr key={key(a, b)}>
              <th scope="row" title={a}>
                {a}
              </th>
              <th scope="row" title={b}>
                {b}
              </th>
              {has.correlation ? <td title={String(correlation ?? "")}>{formatNumber(correlation, locale, 2)}</td> : null}
              {has.bits ? <td title={String(bits ?? "")}>{formatNumber(bits, locale, 2)}</td> : null}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function MapCell({ pair, most, t, locale }: Language & { pair: Pair | undefined; most: number }): JSX.Element {
  if (!pair) {
    return <td />;
  }
  const [a, b, correlation, bits] = pair;
  const strength = correlation === null ? (bits ?? 0) / most : Math.abs(correlation);
  const tone = correlation === null ? "var(--wbu-c3)" : correlation < 0 ? "var(--wbu-c2)" : "var(--wbu-c1)";
  const value = correlation ?? bits;
  return (
    <td
      style={{ background: `color-mix(in srgb, ${tone} ${String(Math.round(55 * strength))}%, transparent)` }}
      title={`${a} · ${b}: ${correlation === null && bits !== null ? t("%1 bits", bits) : String(value ?? "–")}`}
    >
      {value === null ? "–" : Math.abs(value) < 0.005 ? "0" : value.toLocaleString(locale, { maximumFractionDigits: 2 }).replace("-", "−")}
    </td>
  );
}

/** The label, then the columns of the strongest pairs, as many as have room. */
function involved(pairs: readonly Pair[], labels: readonly string[]): string[] {
  const found = new Set(labels);
  for (const [a, b] of pairs) {
    for (const each of [a, b]) {
      if (found.size < SIDE) {
        found.add(each);
      }
    }
  }
  return [...found];
}

function key(a: string, b: string): string {
  return `${a}\u0000${b}`;
}
