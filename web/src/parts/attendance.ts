import type { AttendanceFigures } from "../contract/absense/v1/attendance_figures_pb";
import { texts } from "../texts";
import type { Series } from "./chart";

/** Attendance as the parts of a stack: undecided is a part of its own, never absent. */
export function attendanceSeries(figures: Array<AttendanceFigures | undefined>): Series[] {
  const words = texts.figures;
  const series: Series[] = [
    { name: words.onTime, values: figures.map((one) => (one ? one.present - one.late : 0)), tone: "good" },
    { name: words.late, values: figures.map((one) => one?.late ?? 0), tone: "info" },
    { name: words.undecided, values: figures.map((one) => one?.undecided ?? 0), tone: "warn", striped: true },
    { name: words.excused, values: figures.map((one) => one?.excused ?? 0), tone: "faint", striped: true },
    { name: words.absent, values: figures.map((one) => one?.absent ?? 0), tone: "bad" },
  ];
  return series;
}
