import {
  BarController,
  BarElement,
  CategoryScale,
  type ChartConfiguration,
  type ChartDataset,
  Chart as ChartJs,
  Filler,
  Legend,
  type LegendItem,
  LinearScale,
  LineController,
  LineElement,
  type Plugin,
  PointElement,
  Tooltip,
} from "chart.js";
import { useEffect, useRef } from "preact/hooks";
import { texts } from "../texts";
import { theme } from "../theme";
import { Table } from ".";
import { percent } from "./times";

ChartJs.register(
  BarController,
  BarElement,
  CategoryScale,
  Filler,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
);

/** The height of a lying bar with the room around it, and of what is beneath the bars. */
const LINE_REM = 2.5;
const AXIS_REM = 5.5;

type Tone = "accent" | "good" | "warn" | "bad" | "info" | "faint";

/** One row of numbers, one for each label; undefined where there is none. */
export interface Series {
  name: string;
  values: Array<number | undefined>;
  tone: Tone;
  /** Striped, so that it is told apart without its colour. */
  striped?: boolean;
  line?: boolean;
}

/** What a chart shows; the same goes into the table beneath it. */
export interface Figure {
  title: string;
  /** What one sees in it, in a sentence: a canvas says nothing to a screen reader. */
  summary: string;
  /** What the labels are, over their column of the table. */
  axis: string;
  labels: string[];
  series: Series[];
  /** Values are shares from 0 to 1. */
  shares?: boolean;
  stacked?: boolean;
  /** Bars from left to right, a label on each line. */
  lying?: boolean;
  /** Where each label leads to, in the table. */
  links?: string[];
  /** Over the whole width of the page. */
  wide?: boolean;
  /** A line across, at a place between the labels: 0 is the middle of the first. */
  mark?: { at: number; text: string } | undefined;
}

/** A chart, and its figures as a table. */
export function Chart({ figure }: { figure: Figure }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const colours = theme.value;
  useEffect(() => {
    const drawn = canvas.current;
    if (!drawn) return;
    let chart = new ChartJs(drawn, configuration(figure, drawn));
    const again = () => {
      chart.destroy();
      chart = new ChartJs(drawn, configuration(figure, drawn));
    };
    const changes = ["(prefers-color-scheme: dark)", "(forced-colors: active)"].map((query) => matchMedia(query));
    for (const change of changes) change.addEventListener("change", again);
    return () => {
      for (const change of changes) change.removeEventListener("change", again);
      chart.destroy();
    };
  }, [figure, colours]);
  const value = (given: number | undefined) =>
    given === undefined ? "-" : figure.shares ? percent(given) : given.toLocaleString("en");
  return (
    <figure class={figure.wide ? "sheet chart wide" : "sheet chart"}>
      <figcaption>
        <h2>{figure.title}</h2>
        <p class="faint">{figure.summary}</p>
      </figcaption>
      <div
        class="chart-frame"
        style={figure.lying ? { height: `${figure.labels.length * LINE_REM + AXIS_REM}rem` } : undefined}
      >
        <canvas ref={canvas} role="img" aria-label={`${figure.title}. ${figure.summary}`} />
      </div>
      <details>
        <summary>{texts.figures.asTable}</summary>
        <Table
          caption={figure.title}
          heads={[figure.axis, ...figure.series.map(({ name }) => ({ text: name, number: true as const }))]}
        >
          {figure.labels.map((label, row) => (
            <tr key={row}>
              <th scope="row">{figure.links?.[row] ? <a href={figure.links[row]}>{label}</a> : label}</th>
              {figure.series.map((one) => (
                <td key={one.name} class="number">
                  {value(one.values[row])}
                </td>
              ))}
            </tr>
          ))}
        </Table>
      </details>
    </figure>
  );
}

function configuration(figure: Figure, canvas: HTMLCanvasElement): ChartConfiguration<"bar" | "line"> {
  const colour = (token: string) => colourOf(canvas, token);
  const text = colour("faint");
  const line = colour("line");
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const font = { family: getComputedStyle(canvas).fontFamily, size: 13 };
  const counts = { ticks: { color: text, font, precision: 0 }, grid: { color: line }, border: { display: false } };
  const shares = {
    ...counts,
    max: 1,
    ticks: { color: text, font, callback: (value: number | string) => percent(Number(value)) },
  };
  const values = { ...(figure.shares ? shares : counts), beginAtZero: true, stacked: figure.stacked ?? false };
  const labels = {
    stacked: figure.stacked ?? false,
    ticks: { color: text, font, maxRotation: 0, autoSkip: !figure.lying, autoSkipPadding: 12 },
    grid: { display: false },
    border: { color: line },
  };
  return {
    type: "bar",
    data: {
      labels: figure.labels,
      datasets: figure.series.map((one) => dataset(one, colour(one.tone), colour("sheet"))),
    },
    options: {
      responsive: true,
      maintainAspectRatio: false,
      indexAxis: figure.lying ? "y" : "x",
      layout: { padding: { top: figure.mark ? font.size + 12 : 0 } },
      animation: still ? false : { duration: 250 },
      interaction: { mode: "index", axis: figure.lying ? "y" : "x", intersect: false },
      scales: figure.lying ? { x: values, y: labels } : { x: labels, y: values },
      plugins: {
        legend: {
          display: figure.series.length > 1,
          position: "bottom",
          labels: {
            color: colour("text"),
            font,
            usePointStyle: true,
            boxWidth: 14,
            boxHeight: 12,
            padding: 14,
            generateLabels: rimless,
          },
        },
        tooltip: {
          backgroundColor: colour("text"),
          titleColor: colour("sheet"),
          bodyColor: colour("sheet"),
          titleFont: font,
          bodyFont: font,
          padding: 10,
          callbacks: {
            label: ({ dataset: { label }, raw }) =>
              `${label}: ${figure.shares ? percent(Number(raw)) : Number(raw).toLocaleString("en")}`,
          },
        },
      },
    },
    plugins: figure.mark ? [marking(figure.mark, colour("warn"), font)] : [],
  };
}

/** The legend, where the line that a line is drawn with would make its mark larger than the others. */
function rimless(chart: ChartJs): LegendItem[] {
  return ChartJs.defaults.plugins.legend.labels.generateLabels(chart).map((item) => ({ ...item, lineWidth: 0 }));
}

function dataset(one: Series, colour: string, ground: string): ChartDataset<"bar" | "line", Array<number | null>> {
  const data = one.values.map((value) => value ?? null);
  if (one.line) {
    return {
      type: "line",
      label: one.name,
      data,
      borderColor: colour,
      backgroundColor: colour,
      borderWidth: 2.5,
      pointStyle: "circle",
      pointRadius: data.length > 40 ? 0 : 3,
      pointHitRadius: 12,
      tension: 0.25,
      cubicInterpolationMode: "monotone",
      spanGaps: true,
    };
  }
  return {
    type: "bar",
    label: one.name,
    data,
    backgroundColor: one.striped ? stripes(colour, ground) : colour,
    // a rim keeps the parts of a stack apart for whoever does not see their colours
    borderColor: ground,
    borderWidth: 1,
    pointStyle: "rect",
    maxBarThickness: 48,
    borderRadius: 2,
  };
}

/** What a colour of style/tokens.css is now: light, dark, or the system's own. */
function colourOf(canvas: HTMLCanvasElement, token: string): string {
  canvas.style.color = `var(--${token})`;
  const colour = getComputedStyle(canvas).color;
  canvas.style.color = "";
  return colour;
}

function stripes(colour: string, ground: string): CanvasPattern | string {
  const tile = document.createElement("canvas");
  tile.width = 8;
  tile.height = 8;
  const drawn = tile.getContext("2d");
  if (!drawn) return colour;
  drawn.fillStyle = colour;
  drawn.fillRect(0, 0, 8, 8);
  drawn.strokeStyle = ground;
  drawn.lineWidth = 2;
  drawn.beginPath();
  for (const shift of [-8, 0, 8]) {
    drawn.moveTo(shift, 8);
    drawn.lineTo(shift + 8, 0);
  }
  drawn.stroke();
  return drawn.createPattern(tile, "repeat") ?? colour;
}

function marking(
  mark: { at: number; text: string },
  colour: string,
  font: { family: string; size: number },
): Plugin<"bar" | "line"> {
  return {
    id: "mark",
    afterDatasetsDraw({ ctx, chartArea, scales }) {
      const x = scales.x?.getPixelForValue(mark.at);
      if (x === undefined || x < chartArea.left || x > chartArea.right) return;
      ctx.save();
      ctx.strokeStyle = colour;
      ctx.lineWidth = 2;
      ctx.setLineDash([6, 4]);
      ctx.beginPath();
      ctx.moveTo(x, chartArea.top);
      ctx.lineTo(x, chartArea.bottom);
      ctx.stroke();
      ctx.font = `600 ${font.size}px ${font.family}`;
      const half = ctx.measureText(mark.text).width / 2;
      ctx.fillStyle = colour;
      ctx.textAlign = "center";
      ctx.textBaseline = "bottom";
      ctx.fillText(mark.text, Math.min(Math.max(x, chartArea.left + half), chartArea.right - half), chartArea.top - 6);
      ctx.restore();
    },
  };
}
