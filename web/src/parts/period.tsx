import { type Timestamp, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { ReportInterval } from "../contract/absense/v1/attendance_figures_pb";
import { texts } from "../texts";
import { Field } from ".";

/** Days as a date input has them, both within; "" without a bound. */
export interface Period {
  from: string;
  until: string;
  interval: ReportInterval;
}

export const ALL_TIME: Period = { from: "", until: "", interval: ReportInterval.WEEK };

/** The day as a date input has it, by this computer's time zone. */
export function dateInput(at: Date): string {
  const two = (number: number) => String(number).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** The first instant of a period, and the first after it. */
export function bounds(period: Pick<Period, "from" | "until">): { fromTime?: Timestamp; untilTime?: Timestamp } {
  return { ...bound("fromTime", period.from, 0), ...bound("untilTime", period.until, 1) };
}

function bound<K extends string>(name: K, day: string, later: number): { [_ in K]?: Timestamp } {
  const [year, month, date] = day.split("-").map(Number);
  if (!year || !month || !date) return {};
  return { [name]: timestampFromDate(new Date(year, month - 1, date + later)) } as { [_ in K]: Timestamp };
}

/** The fields of a period: first day, last day, and how finely it is cut. */
export function PeriodFields({ period, onChange }: { period: Period; onChange: (period: Period) => void }) {
  return (
    <>
      <DayFields period={period} onChange={(days) => onChange({ ...period, ...days })} />
      <Field label={texts.figures.interval}>
        {(ids) => (
          <select
            {...ids}
            class="input"
            value={period.interval}
            onChange={(event) => onChange({ ...period, interval: Number(event.currentTarget.value) })}
          >
            <option value={ReportInterval.DAY}>{texts.figures.byDay}</option>
            <option value={ReportInterval.WEEK}>{texts.figures.byWeek}</option>
            <option value={ReportInterval.MONTH}>{texts.figures.byMonth}</option>
          </select>
        )}
      </Field>
    </>
  );
}

/** First and last day. */
export function DayFields({
  period,
  onChange,
}: {
  period: Pick<Period, "from" | "until">;
  onChange: (days: Pick<Period, "from" | "until">) => void;
}) {
  const { from, until } = period;
  return (
    <>
      <Field label={texts.figures.from}>
        {(ids) => (
          <input
            {...ids}
            class="input"
            type="date"
            value={from}
            max={until || undefined}
            onChange={(event) => onChange({ from: event.currentTarget.value, until })}
          />
        )}
      </Field>
      <Field label={texts.figures.until}>
        {(ids) => (
          <input
            {...ids}
            class="input"
            type="date"
            value={until}
            min={from || undefined}
            onChange={(event) => onChange({ from, until: event.currentTarget.value })}
          />
        )}
      </Field>
    </>
  );
}
