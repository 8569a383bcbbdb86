import { useMemo, useState } from "preact/hooks";
import { lecturer } from "../../api/transport";
import type { AttendanceSession } from "../../contract/absense/v1/attendance_session_pb";
import { SessionState } from "../../contract/absense/v1/attendance_session_pb";
import type { GetCourseReportResponse } from "../../contract/absense/v1/lecturer_service_pb";
import { ButtonLink, Failure, Figures, Heading, Loading, Notice } from "../../parts";
import { attendanceSeries } from "../../parts/attendance";
import { Chart, type Figure } from "../../parts/chart";
import { ExportButton } from "../../parts/export-button";
import { useLoaded } from "../../parts/loaded";
import { ALL_TIME, bounds, type Period, PeriodFields } from "../../parts/period";
import { rateFigure } from "../../parts/rates";
import { dayAndMonth, dayAndTime, percent } from "../../parts/times";
import { texts } from "../../texts";
import { Students } from "./table";

const words = texts.figures;
const SESSIONS = 200;

/** What attendance in a course came to: over time, by session and by student. */
export function CourseReportPage({ courseId }: { courseId: string }) {
  const [period, setPeriod] = useState<Period>(ALL_TIME);
  const wrong = period.from !== "" && period.until !== "" && period.until < period.from;
  const { value, error, busy, reload } = useLoaded(
    async (signal) => {
      if (wrong) return undefined;
      const within = { courseId, ...bounds(period) };
      const [report, sessions] = await Promise.all([
        lecturer.getCourseReport({ ...within, interval: period.interval }, { signal }),
        lecturer.listSessions({ ...within, states: [SessionState.CLOSED], pageSize: SESSIONS }, { signal }),
      ]);
      return { report, sessions: sessions.sessions, cut: sessions.nextPageToken !== "" };
    },
    [courseId, period],
  );
  const course = value?.report.course;
  return (
    <div class="stack">
      <Heading title={course ? words.report.of(course.code) : words.report.title}>
        <ExportButton scope={{ case: "courseId", value: courseId }} />
        <ButtonLink href={`/courses/${courseId}`}>{words.report.back}</ButtonLink>
      </Heading>
      {course && <p class="faint">{course.title}</p>}
      <div class="filters">
        <PeriodFields period={period} onChange={setPeriod} />
      </div>
      {wrong && <Notice tone="warn">{words.report.range}</Notice>}
      {error !== undefined && <Failure error={error} retry={reload} />}
      {value ? <Report {...value} /> : busy && !wrong && <Loading />}
    </div>
  );
}

function Report({
  report,
  sessions,
  cut,
}: {
  report: GetCourseReportResponse;
  sessions: AttendanceSession[];
  cut: boolean;
}) {
  const charts = useMemo(
    () =>
      [rateFigure(report.intervals), intervalFigure(report), sessionFigure(sessions, cut)].filter(
        (one) => one !== null,
      ),
    [report, sessions, cut],
  );
  const { figures } = report;
  const atRisk = report.students.filter((one) => one.atRisk && one.enrolled).length;
  return (
    <>
      <Figures
        figures={[
          { name: words.sessions, value: report.sessionCount },
          { name: words.rate, value: percent(figures?.rate) },
          { name: words.present, value: figures?.present ?? 0 },
          { name: words.ofThemLate, value: figures?.late ?? 0 },
          { name: words.undecided, value: figures?.undecided ?? 0 },
          { name: words.absent, value: figures?.absent ?? 0 },
          { name: words.report.risk, value: atRisk },
        ]}
      />
      {report.sessionCount === 0 && <Notice>{words.report.none}</Notice>}
      <div class="charts">
        {charts.map((figure) => (
          <Chart key={figure.title} figure={figure} />
        ))}
      </div>
      <Students students={report.students} threshold={report.atRiskThreshold} />
    </>
  );
}

function intervalFigure({ intervals, sessionCount }: GetCourseReportResponse): Figure | null {
  if (intervals.length === 0) return null;
  return {
    title: words.report.interval,
    axis: words.report.rateAxis,
    summary: words.report.intervalSummary(sessionCount),
    labels: intervals.map((one) => dayAndMonth(one.startTime)),
    series: attendanceSeries(intervals.map((one) => one.figures)),
    stacked: true,
  };
}

function sessionFigure(sessions: AttendanceSession[], cut: boolean): Figure | null {
  const oldestFirst = [...sessions].reverse();
  const label = (session: AttendanceSession | undefined) => dayAndTime(session?.openTime);
  const present = (session: AttendanceSession) => session.counts?.confirmed ?? 0;
  const byPresence = oldestFirst.toSorted((a, b) => present(a) - present(b));
  if (oldestFirst.length === 0) return null;
  const count = (of: (counts: NonNullable<AttendanceSession["counts"]>) => number) =>
    oldestFirst.map(({ counts }) => (counts ? of(counts) : 0));
  return {
    title: words.report.perSession,
    axis: words.report.perSessionAxis,
    summary: [
      words.report.perSessionSummary(label(byPresence[0]), label(byPresence.at(-1))),
      cut ? words.report.sessionsCut : "",
    ].join(" "),
    labels: oldestFirst.map(label),
    links: oldestFirst.map(({ id }) => `/sessions/${id}/figures`),
    wide: true,
    series: [
      { name: words.onTime, values: count((of) => of.confirmed - of.late), tone: "good" },
      { name: words.late, values: count((of) => of.late), tone: "info" },
      { name: words.undecided, values: count((of) => of.flagged + of.pending), tone: "warn", striped: true },
      { name: words.excused, values: count((of) => of.excused), tone: "faint", striped: true },
    ],
    stacked: true,
  };
}
