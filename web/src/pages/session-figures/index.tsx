import { timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { useEffect, useMemo, useState } from "preact/hooks";
import { lecturer } from "../../api/transport";
import { type AttendanceSession, SessionState } from "../../contract/absense/v1/attendance_session_pb";
import type { GetSessionAnalyticsResponse } from "../../contract/absense/v1/lecturer_service_pb";
import { Failure, Figures, Loading, Notice } from "../../parts";
import { Chart, type Figure } from "../../parts/chart";
import { useLoaded } from "../../parts/loaded";
import { clockTime, percent } from "../../parts/times";
import { verdictFigure } from "../../parts/verdict-figure";
import { texts } from "../../texts";
import { SessionHead } from "../session";
import { halfBy, placeOf } from "./arrivals";

const words = texts.figures;
/** How often the figures of an open session are asked for again. */
const AGAIN_MS = 15_000;

/** How one session went, or goes: who came when, and what the checks found. */
export function SessionFiguresPage({ sessionId }: { sessionId: string }) {
  const loaded = useLoaded((signal) => lecturer.getSessionAnalytics({ sessionId }, { signal }), [sessionId]);
  const { error, reload } = loaded;
  // what was done by the head's buttons is shown before the figures come again
  const [changed, setChanged] = useState<AttendanceSession>();
  const value = loaded.value;
  const session = changed && changed.revision > (value?.session?.revision ?? 0n) ? changed : value?.session;
  const open = session?.state === SessionState.OPEN;
  useEffect(() => {
    if (!open) return;
    const timer = setInterval(() => document.visibilityState === "visible" && reload(), AGAIN_MS);
    return () => clearInterval(timer);
  }, [open, reload]);
  return (
    <div class="stack">
      {session && (
        <SessionHead
          session={session}
          here="figures"
          onChange={(now) => {
            setChanged(now);
            reload();
          }}
        />
      )}
      {error !== undefined && <Failure error={error} retry={reload} />}
      {value ? <Analytics answer={value} /> : error === undefined && <Loading />}
    </div>
  );
}

function Analytics({ answer }: { answer: GetSessionAnalyticsResponse }) {
  const { figures, session } = answer;
  const charts = useMemo(
    () => [arrivalFigure(answer), statusFigure(answer), verdictFigure(answer.verdicts)].filter((one) => one !== null),
    [answer],
  );
  const counts = session?.counts;
  const undecided = (counts?.flagged ?? 0) + (counts?.pending ?? 0);
  return (
    <>
      <Figures
        figures={[
          { name: words.expected, value: answer.expectedCount },
          { name: words.present, value: figures?.present ?? counts?.confirmed ?? 0 },
          { name: words.ofThemLate, value: figures?.late ?? counts?.late ?? 0 },
          { name: words.undecided, value: figures?.undecided ?? undecided },
          { name: words.excused, value: figures?.excused ?? counts?.excused ?? 0 },
          ...(figures
            ? [
                { name: words.absent, value: figures.absent },
                { name: words.rate, value: percent(figures.rate) },
              ]
            : []),
        ]}
      />
      {!figures && (session?.state === SessionState.OPEN || session?.state === SessionState.SCHEDULED) && (
        <p class="faint">{words.session.notYet}</p>
      )}
      {charts.length === 0 && (
        <Notice>{session?.state === SessionState.CLOSED ? words.session.nobody : words.session.none}</Notice>
      )}
      <div class="charts">
        {charts.map((figure) => (
          <Chart key={figure.title} figure={figure} />
        ))}
      </div>
    </>
  );
}

function arrivalFigure({ arrivals, session, expectedCount }: GetSessionAnalyticsResponse): Figure | null {
  const steps = arrivals.map((one) => ({
    start: one.startTime ? timestampMs(one.startTime) : 0,
    end: one.endTime ? timestampMs(one.endTime) : 0,
    total: one.totalCount,
  }));
  const arrived = steps.at(-1)?.total ?? 0;
  if (arrived === 0) return null;
  const half = halfBy(steps);
  const late = session?.lateAfterTime;
  const at = late ? placeOf(timestampMs(late), steps) : undefined;
  return {
    title: words.session.arrivals,
    axis: words.session.arrivalsAxis,
    summary: words.session.arrivalsSummary(
      arrived,
      expectedCount,
      half === undefined ? "" : clockTime(timestampFromMs(half)),
    ),
    labels: arrivals.map((one) => clockTime(one.startTime)),
    series: [
      { name: words.session.arrivalsTotal, values: steps.map(({ total }) => total), tone: "info", line: true },
      { name: words.session.arrivalsStep, values: arrivals.map(({ count }) => count), tone: "accent" },
    ],
    wide: true,
    mark: at === undefined ? undefined : { at, text: words.session.lateFrom(clockTime(late)) },
  };
}

function statusFigure({ session, figures, expectedCount }: GetSessionAnalyticsResponse): Figure | null {
  const counts = session?.counts;
  if (!counts) return null;
  const undecided = figures?.undecided ?? counts.flagged + counts.pending;
  const present = figures?.present ?? counts.confirmed;
  const late = figures?.late ?? counts.late;
  const excused = figures?.excused ?? counts.excused;
  const rest = figures?.absent ?? Math.max(0, expectedCount - present - undecided - excused);
  if (!figures?.held && present + undecided + excused === 0) return null;
  const part = (name: string, value: number, tone: Figure["series"][number]["tone"], striped = false) => ({
    name,
    values: [value],
    tone,
    striped,
  });
  return {
    title: words.session.statuses,
    axis: words.session.statusesAxis,
    summary: words.session.statusesSummary(present, undecided),
    labels: [words.session.students],
    series: [
      part(words.onTime, present - late, "good"),
      part(words.late, late, "info"),
      part(words.undecided, undecided, "warn", true),
      part(words.excused, excused, "faint", true),
      figures ? part(words.absent, rest, "bad") : part(words.noRecord, rest, "faint"),
    ],
    stacked: true,
    lying: true,
  };
}
