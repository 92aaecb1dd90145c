/**
 * <gj-chart kind="line|bar|heatmap" data="id of a json_script">.
 *
 * Drawn as SVG, so that it prints sharply; colours are read from the page's
 * variables and drawn again when the look changes. Each chart's figures stand
 * beside it in a table made by the server.
 */
import { BarChart, HeatmapChart, LineChart, ScatterChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent, VisualMapComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import "./chart_picture";
import { optionsOf, type ChartKind } from "./chart_options";

echarts.use([
  LineChart,
  BarChart,
  HeatmapChart,
  ScatterChart,
  GridComponent,
  TooltipComponent,
  LegendComponent,
  VisualMapComponent,
  SVGRenderer,
]);

class Chart extends HTMLElement {
  private chart: echarts.ECharts | null = null;
  private waiting: IntersectionObserver | null = null;
  private sizes: ResizeObserver | null = null;
  private readonly redraw = (): void => this.draw();
  private readonly start = (): void => this.begin();

  connectedCallback(): void {
    this.waiting = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) this.begin();
      },
      { rootMargin: "400px" },
    );
    this.waiting.observe(this);
    window.addEventListener("beforeprint", this.start);
    document.addEventListener("gongjian:look", this.redraw);
  }

  disconnectedCallback(): void {
    window.removeEventListener("beforeprint", this.start);
    document.removeEventListener("gongjian:look", this.redraw);
    this.waiting?.disconnect();
    this.sizes?.disconnect();
    this.chart?.dispose();
    this.chart = null;
  }

  private begin(): void {
    this.waiting?.disconnect();
    if (this.chart) return;
    this.chart = echarts.init(this, undefined, { renderer: "svg" });
    this.draw();
    this.sizes = new ResizeObserver(() => this.chart?.resize());
    this.sizes.observe(this);
    this.dataset.ready = "yes";
  }

  private draw(): void {
    const source = document.getElementById(this.getAttribute("data") ?? "");
    if (!this.chart || !source?.textContent) return;
    const kind = this.getAttribute("kind") as ChartKind;
    this.chart.setOption(optionsOf(kind, JSON.parse(source.textContent), this.clientWidth), true);
  }
}

customElements.define("gj-chart", Chart);

// Paper is light: charts hold their colours as attributes and must be drawn anew.
let onScreen = "";
window.addEventListener("beforeprint", () => {
  onScreen = document.documentElement.dataset.theme ?? "auto";
  document.documentElement.dataset.theme = "light";
  document.dispatchEvent(new Event("gongjian:look"));
});
window.addEventListener("afterprint", () => {
  document.documentElement.dataset.theme = onScreen;
  document.dispatchEvent(new Event("gongjian:look"));
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () =>
  document.dispatchEvent(new Event("gongjian:look")),
);
