import type { IntervalFigures } from "../contract/absense/v1/attendance_figures_pb";
import { texts } from "../texts";
import type { Figure } from "./chart";
import { dayAndMonth, percent } from "./times";

/** The rate over time, beside the share that is undecided; null where there is nothing yet. */
export function rateFigure(intervals: IntervalFigures[]): Figure | null {
  if (intervals.length === 0) return null;
  const words = texts.figures;
  const rates = intervals.map(({ figures }) => figures?.rate);
  const known = rates.filter((rate) => rate !== undefined);
  return {
    title: words.report.rate,
    axis: words.report.rateAxis,
    summary:
      known.length > 1
        ? words.report.rateSummary(percent(known[0]), percent(known.at(-1)))
        : words.report.rateOne(percent(known[0])),
    labels: intervals.map((one) => dayAndMonth(one.startTime)),
    series: [
      { name: words.rate, values: rates, tone: "accent", line: true },
      {
        name: words.undecidedShare,
        values: intervals.map(({ figures }) => (figures?.held ? figures.undecided / figures.held : undefined)),
        tone: "warn",
        striped: true,
      },
    ],
    shares: true,
  };
}
