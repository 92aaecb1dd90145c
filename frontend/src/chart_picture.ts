/** A chart as a PNG: the SVG on the page is drawn on a canvas twice as large. */
const SCALE = 2;

function save(url: string, name: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = `${name}.png`;
  link.click();
}

export function downloadPicture(chart: Element): void {
  const drawn = chart.querySelector("svg");
  if (!drawn) return;
  const { width, height } = drawn.getBoundingClientRect();
  const copy = drawn.cloneNode(true) as SVGElement;
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", String(width));
  copy.setAttribute("height", String(height));
  const picture = new Image();
  picture.addEventListener("load", () => {
    const canvas = document.createElement("canvas");
    canvas.width = width * SCALE;
    canvas.height = height * SCALE;
    const pen = canvas.getContext("2d");
    if (!pen) return;
    pen.scale(SCALE, SCALE);
    pen.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--surface");
    pen.fillRect(0, 0, width, height);
    pen.drawImage(picture, 0, 0, width, height);
    save(canvas.toDataURL("image/png"), chart.getAttribute("aria-label") ?? "chart");
  });
  const text = new XMLSerializer().serializeToString(copy);
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
}

document.addEventListener("click", (event) => {
  const button = (event.target as Element).closest<HTMLElement>("[data-chart-png]");
  const chart = button && document.getElementById(button.dataset.chartPng ?? "");
  if (chart) downloadPicture(chart);
});
