/** What each kind of chart looks like; the shapes of its data are the contract with the server. */
import type { EChartsCoreOption } from "echarts/core";

interface LineData {
  labels: string[];
  unit?: string;
  min?: number;
  max?: number;
  series: { name: string; values: (number | null)[]; tone?: "main" | "target" | "second" }[];
}

interface BarData {
  labels: string[];
  values: number[];
  /** True in an official ranking only. */
  ranked?: boolean;
  name?: string;
  unit?: string;
  min?: number;
  max?: number;
  earlier?: (number | null)[];
  earlier_name?: string;
}

interface HeatmapData {
  columns: string[];
  rows: string[];
  /** One list per row. */
  values: (number | null)[][];
  unit?: string;
  min?: number;
  max?: number;
}

/** Signs of a heading that stands upright. */
const SPINE = 7;

export type ChartKind = "line" | "bar" | "heatmap";

const root = (): CSSStyleDeclaration => getComputedStyle(document.documentElement);
const colour = (name: string): string => root().getPropertyValue(`--${name}`).trim();
const rem = (): number => parseFloat(root().fontSize);
const isDark = (): boolean => root().colorScheme === "dark";
const DIGITS = "GJ Digits";

const fontOf = (): string => getComputedStyle(document.body).fontFamily;

const axis = () => ({
  axisLine: { lineStyle: { color: colour("line-2") } },
  axisTick: { show: false },
  axisLabel: { color: colour("ink-2"), fontSize: rem() * 0.8 },
  splitLine: { lineStyle: { color: colour("line") } },
});

const tooltip = (unit = "") => ({
  backgroundColor: colour("surface"),
  borderColor: colour("line-2"),
  textStyle: { color: colour("ink"), fontSize: rem() * 0.875, fontFamily: fontOf() },
  confine: true,
  valueFormatter: (value: unknown) => {
    // A dot's value is a pair, its figure stands first.
    const figure: unknown = Array.isArray(value) ? value[0] : value;
    return figure === null || figure === undefined ? "—" : `${figure}${unit}`;
  },
});

const fade = (from: string, to: string, across = false) => ({
  type: "linear",
  x: 0,
  y: 0,
  x2: across ? 1 : 0,
  y2: across ? 0 : 1,
  colorStops: [
    { offset: 0, color: from },
    { offset: 1, color: to },
  ],
});

function lineSeries(series: LineData["series"][number], isNarrow: boolean) {
  if (series.tone === "target") {
    const gold = colour("gold-600");
    return {
      name: series.name,
      type: "line",
      step: "middle",
      symbol: "none",
      data: series.values,
      lineStyle: { width: 2, type: [6, 5], color: gold },
      itemStyle: { color: gold },
    };
  }
  if (series.tone === "second") {
    const blue = colour("good");
    return {
      name: series.name,
      type: "line",
      smooth: 0.3,
      symbol: "none",
      data: series.values,
      lineStyle: { width: 1.5, color: blue },
      itemStyle: { color: blue },
    };
  }
  const red = colour("red-600");
  return {
    name: series.name,
    type: "line",
    smooth: 0.3,
    symbol: "circle",
    symbolSize: 8,
    data: series.values,
    lineStyle: { width: 3, color: red },
    itemStyle: { color: red, borderColor: colour("surface"), borderWidth: 2 },
    areaStyle: { color: fade(`${red}38`, `${red}00`) },
    label: {
      show: !isNarrow,
      position: "top",
      color: colour("ink"),
      fontWeight: 600,
      fontFamily: DIGITS,
      fontSize: rem() * 0.875,
    },
  };
}

function line(data: LineData, width: number): EChartsCoreOption {
  const isNarrow = width < 520;
  return {
    textStyle: { fontFamily: fontOf() },
    animationDuration: 500,
    grid: { left: 4, right: 24, top: 40, bottom: 4, containLabel: true },
    legend: {
      right: 0,
      top: 0,
      icon: "roundRect",
      itemWidth: 14,
      itemHeight: 4,
      itemGap: 16,
      textStyle: { color: colour("ink-2"), fontSize: rem() * 0.8125 },
    },
    tooltip: { trigger: "axis", ...tooltip(data.unit) },
    xAxis: {
      type: "category",
      data: data.labels,
      boundaryGap: false,
      ...axis(),
      splitLine: { show: false },
      axisLabel: { ...axis().axisLabel, hideOverlap: true },
    },
    yAxis: { type: "value", min: data.min, max: data.max, ...axis(), axisLine: { show: false } },
    series: data.series.map((series) => lineSeries(series, isNarrow)),
  };
}

/** Horizontal bars; in a ranking the first three stand out, a gold dot shows the earlier figure. */
function bar(data: BarData): EChartsCoreOption {
  const count = data.labels.length;
  const soft = `${colour("red-600")}${isDark() ? "73" : "66"}`;
  const strong = fade(colour("rank-a"), colour("rank-b"), true);
  const bars = data.values.map((value, place) => ({
    value,
    label: { color: data.ranked && place < 3 ? "#fff" : colour("ink") },
    itemStyle: { borderRadius: [0, 6, 6, 0], color: data.ranked && place < 3 ? strong : soft },
  }));
  const dots = (data.earlier ?? []).map((value, place) => [value, place]);
  return {
    textStyle: { fontFamily: fontOf() },
    animationDuration: 500,
    grid: { left: 4, right: 24, top: 8, bottom: 4, containLabel: true },
    tooltip: {
      trigger: "axis",
      axisPointer: { type: "shadow", shadowStyle: { color: `${colour("red-600")}12` } },
      ...tooltip(data.unit),
    },
    xAxis: { type: "value", min: data.min, max: data.max, ...axis() },
    yAxis: {
      type: "category",
      inverse: true,
      data: data.labels,
      ...axis(),
      axisLine: { show: false },
      axisLabel: { ...axis().axisLabel, color: colour("ink"), fontSize: rem() * 0.875, interval: count > 30 ? "auto" : 0 },
    },
    series: [
      {
        name: data.name ?? "",
        type: "bar",
        barWidth: "54%",
        data: bars,
        label: {
          show: true,
          position: "insideLeft",
          distance: 8,
          fontFamily: DIGITS,
          fontWeight: 600,
          fontSize: rem() * 0.875,
        },
      },
      ...(dots.length
        ? [
            {
              name: data.earlier_name ?? "",
              type: "scatter",
              symbolSize: 9,
              z: 5,
              data: dots,
              itemStyle: { color: colour("gold-500"), borderColor: colour("surface"), borderWidth: 2 },
            },
          ]
        : []),
    ],
  };
}

const ramp = (): string[] =>
  isDark() ? ["#2a2320", "#5b2a24", "#a23a33", "#ee8a6f"] : ["#f8f1e3", "#efcfa6", "#d9785a", "#9c1520"];

const channels = (hex: string): number[] => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

/** Black or white, whichever reads better on the ramp's colour at ``share``: at least 4.5 : 1. */
function inkOn(share: number): string {
  const colours = ramp();
  const place = Math.max(0, Math.min(1, share)) * (colours.length - 1);
  const below = Math.min(colours.length - 2, Math.floor(place));
  const low = channels(colours[below] ?? "#000000");
  const high = channels(colours[below + 1] ?? "#000000");
  const [red = 0, green = 0, blue = 0] = low.map((channel, at) => {
    const value = (channel + ((high[at] ?? 0) - channel) * (place - below)) / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  const light = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return (light + 0.05) / 0.05 > 1.05 / (light + 0.05) ? "#000" : "#fff";
}

/** On a phone a heading reads downwards, as on a spine: two signs of each would be alike. */
function upright(name: string): string {
  const signs = [...name];
  return (signs.length > SPINE ? [...signs.slice(0, SPINE - 1), "⋮"] : signs).join("\n");
}

function heatmap(data: HeatmapData, width: number): EChartsCoreOption {
  const min = data.min ?? 0;
  const max = data.max ?? 100;
  const isNarrow = width < 420;
  const cells = data.values.flatMap((values, row) =>
    values.map((value, column) => ({
      value: [column, row, value],
      label: { color: inkOn(((value ?? min) - min) / (max - min || 1)) },
    })),
  );
  return {
    textStyle: { fontFamily: fontOf() },
    animationDuration: 400,
    grid: { left: 4, right: 4, top: 6, bottom: 46, containLabel: true },
    tooltip: {
      ...tooltip(data.unit),
      formatter: ({ value }: { value: [number, number, number | null] }) =>
        `${data.rows[value[1]]} · ${data.columns[value[0]]}<br><b>${value[2] ?? "—"}</b> ${data.unit ?? ""}`,
    },
    xAxis: {
      type: "category",
      position: "top",
      data: data.columns.map((name) => (isNarrow ? upright(name) : name)),
      ...axis(),
      axisLine: { show: false },
      // Long names of indicators stand on two lines instead of over each other.
      axisLabel: {
        ...axis().axisLabel,
        interval: 0,
        fontSize: rem() * 0.78,
        ...(isNarrow
          ? { lineHeight: rem() * 0.86 }
          : {
              width: Math.max(28, (width - rem() * 6) / Math.max(1, data.columns.length) - 6),
              overflow: "break",
              lineHeight: rem() * 1,
            }),
      },
    },
    yAxis: {
      type: "category",
      inverse: true,
      data: data.rows,
      ...axis(),
      axisLine: { show: false },
      axisLabel: { ...axis().axisLabel, color: colour("ink") },
    },
    visualMap: {
      type: "continuous",
      min,
      max,
      orient: "horizontal",
      left: "center",
      bottom: 0,
      itemHeight: Math.min(180, width * 0.4),
      itemWidth: 12,
      text: [String(max), String(min)],
      textStyle: { color: colour("ink-2"), fontFamily: DIGITS },
      inRange: { color: ramp() },
    },
    series: [
      {
        type: "heatmap",
        data: cells,
        itemStyle: { borderColor: colour("surface"), borderWidth: 2, borderRadius: 4 },
        label: { show: true, fontFamily: DIGITS, fontSize: rem() * 0.8 },
        emphasis: { itemStyle: { borderColor: colour("gold-500") } },
      },
    ],
  };
}

export function optionsOf(kind: ChartKind, data: unknown, width: number): EChartsCoreOption {
  if (kind === "line") return line(data as LineData, width);
  if (kind === "bar") return bar(data as BarData);
  return heatmap(data as HeatmapData, width);
}
