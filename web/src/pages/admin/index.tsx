import { useMemo, useState } from "preact/hooks";
import { admin } from "../../api/transport";
import type { GetAnalyticsResponse } from "../../contract/absense/v1/admin_service_pb";
import { AppealState } from "../../contract/absense/v1/appeal_pb";
import { CourseClaimState } from "../../contract/absense/v1/course_claim_pb";
import { DeviceResetState } from "../../contract/absense/v1/device_pb";
import type { Term } from "../../contract/absense/v1/term_pb";
import { UserState } from "../../contract/absense/v1/user_pb";
import { Failure, Field, Figures, Heading, Loading, Notice } from "../../parts";
import { attendanceSeries } from "../../parts/attendance";
import { Chart, type Figure } from "../../parts/chart";
import { useLoaded } from "../../parts/loaded";
import { ALL_TIME, bounds, dateInput, type Period, PeriodFields } from "../../parts/period";
import { rateFigure } from "../../parts/rates";
import { dayAndMonth, dayAndTime, percent } from "../../parts/times";
import { verdictFigure } from "../../parts/verdict-figure";
import { texts } from "../../texts";
import { CourseClaims } from "./course-claims";
import { AdminTabs } from "./tabs";

const words = texts.admin;
const figureWords = texts.figures;

/** What waits for administrators, and what attendance comes to everywhere. */
export function AdminPage() {
  const [decided, setDecided] = useState(0);
  return (
    <div class="stack">
      <Heading title={words.title} />
      <AdminTabs />
      <Waiting decided={decided} />
      <CourseClaims onDecided={() => setDecided((before) => before + 1)} />
      <Analytics />
    </div>
  );
}

/** A list's length as far as one page tells it. */
interface Count {
  count: number;
  more: boolean;
}

const counted = (items: unknown[], nextPageToken: string): Count => ({
  count: items.length,
  more: nextPageToken !== "",
});

async function waiting(signal: AbortSignal) {
  const pageSize = 200;
  const [users, devices, flagged, claims, appeals] = await Promise.all([
    admin.listUsers({ states: [UserState.PENDING_APPROVAL], pageSize }, { signal }),
    admin.listDeviceResetRequests({ state: DeviceResetState.PENDING, pageSize }, { signal }),
    admin.listFlagged({ pageSize }, { signal }),
    admin.listCourseClaims({ state: CourseClaimState.PENDING, pageSize }, { signal }),
    admin.listAppeals({ state: AppealState.PENDING, pageSize }, { signal }),
  ]);
  return [
    { text: words.waiting.users, href: "/admin/users?state=waiting", ...counted(users.users, users.nextPageToken) },
    { text: words.waiting.devices, href: "/admin/devices", ...counted(devices.resetRequests, devices.nextPageToken) },
    { text: words.waiting.flagged, href: "/admin/flagged", ...counted(flagged.records, flagged.nextPageToken) },
    { text: words.waiting.claims, href: "#course-claims", ...counted(claims.courseClaims, claims.nextPageToken) },
    { text: words.waiting.appeals, href: "/admin/flagged", ...counted(appeals.appeals, appeals.nextPageToken) },
  ];
}

/** `decided`: asked for again when it changes. */
function Waiting({ decided }: { decided: number }) {
  const { value, error, reload } = useLoaded(waiting, [decided]);
  return (
    <div class="stack">
      <h2>{words.waiting.title}</h2>
      {error !== undefined && <Failure error={error} retry={reload} />}
      {!value && error === undefined && <Loading />}
      {value && (
        <ul class="waiting">
          {value.map(({ text, href, count, more }) => (
            <li key={text}>
              <a class="sheet" href={href}>
                <strong class={count === 0 ? "numbers faint" : "numbers"}>
                  {count === 0 ? words.waiting.nothing : `${count}${more ? "+" : ""}`}
                </strong>
                <span>{text}</span>
              </a>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Analytics() {
  const [period, setPeriod] = useState<Period>(ALL_TIME);
  const terms = useLoaded((signal) => admin.listTerms({ pageSize: 200 }, { signal }), []);
  const wrong = period.from !== "" && period.until !== "" && period.until < period.from;
  const { value, error, busy, reload } = useLoaded(
    async (signal) =>
      wrong ? undefined : admin.getAnalytics({ ...bounds(period), interval: period.interval }, { signal }),
    [period],
  );
  return (
    <div class="stack">
      <h2>{words.analytics.title}</h2>
      <div class="filters">
        <TermField
          terms={terms.value?.terms ?? []}
          period={period}
          onChange={(days) => setPeriod({ ...period, ...days })}
        />
        <PeriodFields period={period} onChange={setPeriod} />
      </div>
      {wrong && <Notice tone="warn">{figureWords.report.range}</Notice>}
      {error !== undefined && <Failure error={error} retry={reload} />}
      {value ? <Figured answer={value} /> : busy && !wrong && <Loading />}
    </div>
  );
}

/** A term as the period from its first to its last day. */
function TermField({
  terms,
  period,
  onChange,
}: {
  terms: Term[];
  period: Period;
  onChange: (days: Pick<Period, "from" | "until">) => void;
}) {
  const days = terms.map((term) => ({ term, ...daysOf(term) }));
  const chosen = days.find(({ from, until }) => from === period.from && until === period.until);
  return (
    <Field label={words.analytics.term}>
      {(ids) => (
        <select
          {...ids}
          class="input"
          value={chosen?.term.id ?? ""}
          onChange={(event) => {
            const { from, until } = days.find(({ term }) => term.id === event.currentTarget.value) ?? ALL_TIME;
            onChange({ from, until });
          }}
        >
          <option value="">{words.analytics.anyTerm}</option>
          {days.map(({ term }) => (
            <option key={term.id} value={term.id}>
              {term.name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function daysOf({ startTime, endTime }: Term): Pick<Period, "from" | "until"> {
  const day = (seconds: bigint) => dateInput(new Date(Number(seconds) * 1000));
  return {
    from: startTime ? day(startTime.seconds) : "",
    until: endTime ? day(endTime.seconds - 1n) : "",
  };
}

function Figured({ answer }: { answer: GetAnalyticsResponse }) {
  const charts = useMemo(
    () =>
      [rateFigure(answer.intervals), intervalFigure(answer), wide(verdictFigure(answer.verdicts))].filter(
        (one) => one !== null,
      ),
    [answer],
  );
  const { figures } = answer;
  if (answer.sessionCount === 0) return <Notice>{words.analytics.none}</Notice>;
  return (
    <>
      <Figures
        figures={[
          { name: figureWords.sessions, value: answer.sessionCount.toLocaleString("en") },
          { name: figureWords.rate, value: percent(figures?.rate) },
          { name: figureWords.present, value: (figures?.present ?? 0).toLocaleString("en") },
          { name: figureWords.ofThemLate, value: (figures?.late ?? 0).toLocaleString("en") },
          { name: figureWords.undecided, value: (figures?.undecided ?? 0).toLocaleString("en") },
          { name: figureWords.excused, value: (figures?.excused ?? 0).toLocaleString("en") },
          { name: figureWords.absent, value: (figures?.absent ?? 0).toLocaleString("en") },
        ]}
      />
      <div class="charts">
        {charts.map((figure) => (
          <Chart key={figure.title} figure={figure} />
        ))}
      </div>
      {answer.refreshTime && <p class="faint">{words.analytics.asOf(dayAndTime(answer.refreshTime))}</p>}
    </>
  );
}

const wide = (figure: Figure | null): Figure | null => figure && { ...figure, wide: true };

function intervalFigure({ intervals, sessionCount }: GetAnalyticsResponse): Figure | null {
  if (intervals.length === 0) return null;
  return {
    title: figureWords.report.interval,
    axis: figureWords.report.rateAxis,
    summary: words.analytics.summary(sessionCount),
    labels: intervals.map((one) => dayAndMonth(one.startTime)),
    series: attendanceSeries(intervals.map((one) => one.figures)),
    stacked: true,
  };
}
