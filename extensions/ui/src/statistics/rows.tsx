/** One row a column: its figures of the first set in sight, the others' on hover. */

import { memo, type JSX, type ReactNode } from "react";
import type { ColumnStatistics, Feature, StatisticsData } from "../data.js";
import { formatCount, formatNumber, formatShare, formatTime } from "../format.js";
import type { Language } from "../text.js";
import { Drift, exact, Figure, Missing, Reason, Top, Unique } from "./cells.js";
import { driftOf } from "./order.js";
import { Picture } from "./Picture.js";
import { isRanked } from "./shapes.js";
import { firstFigures, valuesIn, type View } from "./view.js";

export interface Sizes {
  row: number;
  chart: [width: number, height: number];
}

export const SMALL: Sizes = { row: 39, chart: [190, 32] };
export const LARGE: Sizes = { row: 96, chart: [330, 84] };

interface RowProps extends Language {
  feature: Feature;
  data: StatisticsData;
  view: View;
  index: number;
  open: boolean;
  /** Whether Tab stops here. */
  current: boolean;
  /** Whether a field is moved in under its struct, which then says the rest of the name. */
  nested: boolean;
  most: number | undefined;
  drift: boolean;
  onToggle: (name: string) => void;
}

export const FeatureRow = memo(function FeatureRow(props: RowProps): JSX.Element {
  const { feature, data, view, index, most, t, locale } = props;
  const stats = firstFigures(feature, view);
  const sizes = view.large ? LARGE : SMALL;
  return (
    <tr aria-rowindex={index} data-row={feature.name} style={{ height: sizes.row }}>
      <Name {...props} />
      <td title={exact(feature, data, (each) => each.missing, (value) => formatCount(value, locale))}>
        {stats ? <Missing stats={stats} locale={locale} /> : "–"}
      </td>
      <Figures feature={feature} data={data} view={view} stats={stats} t={t} locale={locale} />
      <td className="wbu-Left">
        {feature.type === "STRUCT" ? null : (
          <Picture feature={feature} view={view} width={sizes.chart[0]} height={sizes.chart[1]} most={most} t={t} locale={locale} />
        )}
      </td>
      {props.drift ? (
        <td>
          <Drift drift={driftOf(feature, view)} t={t} locale={locale} />
        </td>
      ) : null}
    </tr>
  );
});

function Name({ feature, open, current, nested, onToggle, t }: RowProps): JSX.Element {
  const { name, path = [], role } = feature;
  const depth = nested ? Math.max(0, path.length - 1) : 0;
  const lists = feature.stats.find((each) => each?.lists?.length)?.lists?.length ?? 0;
  const kind = t(feature.type.toLowerCase());
  return (
    <th scope="row" style={depth > 0 ? { paddingLeft: 12 + depth * 16 } : undefined}>
      <span className="wbu-NameLine">
        <button
          type="button"
          className="wbu-Link wbu-Name"
          aria-expanded={open}
          title={name}
          tabIndex={current ? 0 : -1}
          onClick={() => { onToggle(name); }}
        >
          {name === "" ? t("(no name)") : depth > 0 ? path.at(-1) : name}
        </button>{" "}
        <span className="wbu-Faint">{lists > 0 ? t(lists > 1 ? "lists of lists of %1" : "list of %1", kind) : kind}</span>
        {role ? (
          <>
            {" "}
            <span className="wbu-Chip" data-tone={role === "label" ? "brand" : undefined}>
              {t(role)}
            </span>
          </>
        ) : null}
      </span>
      {feature.anomalies ? <Reason anomalies={feature.anomalies} t={t} /> : null}
    </th>
  );
}

interface FiguresProps extends Language {
  feature: Feature;
  data: StatisticsData;
  view: View;
  stats: ColumnStatistics | null;
}

function Figures(props: FiguresProps): JSX.Element {
  const { feature, stats, t, locale } = props;
  if (feature.type === "STRUCT") {
    return <td colSpan={6} />;
  }
  if (feature.type === "TIME") {
    return (
      <>
        <td colSpan={2}>{stats ? <Unique stats={stats} t={t} locale={locale} /> : null}</td>
        <Moment {...props} pick={(each) => each.min} />
        <Moment {...props} pick={(each) => each.max} />
      </>
    );
  }
  if (isRanked(feature)) {
    return (
      <>
        <td colSpan={2}>{stats ? <Unique stats={stats} t={t} locale={locale} /> : null}</td>
        <td colSpan={4} className="wbu-Left wbu-Clip">
          <Top {...props} />
        </td>
      </>
    );
  }
  return (
    <>
      <td title={exact(feature, props.data, (each) => each.zeros ?? 0, (value) => formatCount(value, locale))}>
        <Figure text={stats ? formatShare(stats.zeros ?? 0, valuesIn(stats), locale) : "–"} />
      </td>
      <NumberCell {...props} pick={(each) => each.mean} />
      <NumberCell {...props} pick={(each) => each.std} />
      <NumberCell {...props} pick={(each) => each.min} />
      <NumberCell {...props} pick={(each) => each.median} />
      <NumberCell {...props} pick={(each) => each.max} />
    </>
  );
}

interface CellProps extends FiguresProps {
  pick: (stats: ColumnStatistics) => number | undefined;
}

function NumberCell({ feature, data, stats, pick, locale }: CellProps): ReactNode {
  return (
    <td title={exact(feature, data, pick, String)}>
      <Figure text={stats ? formatNumber(pick(stats), locale) : "–"} />
    </td>
  );
}

function Moment({ feature, data, stats, pick, locale }: CellProps): ReactNode {
  const show = (value: number | undefined): string => formatTime(value, locale);
  return (
    <td colSpan={2} className="wbu-Left" title={exact(feature, data, pick, show)}>
      {stats ? show(pick(stats)) : "–"}
    </td>
  );
}
