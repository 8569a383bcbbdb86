import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { asLecturer } from "../../api/reviewing";
import type { StreamState } from "../../api/streams";
import { type AttendanceSession, SessionState } from "../../contract/absense/v1/attendance_session_pb";
import { Button, Chip, Failure, Field, Figures, Heading, Loading, Table } from "../../parts";
import { RecordDialog } from "../../parts/record-details";
import { texts } from "../../texts";
import { SessionHead } from "../session";
import { countsOf, type Filter, listed, type Order } from "./listing";
import { Missing } from "./missing";
import { itemOf, Row } from "./row";
import { beep, setSounding, sounding } from "./sound";
import { useFeed } from "./use-feed";
import "../../style/records.css";

type Shown = Filter | "missing";

const FILTERS: Array<{ filter: Filter; text: string }> = [
  { filter: "all", text: texts.rollCall.filters.all },
  { filter: "present", text: texts.records.status.present },
  { filter: "late", text: texts.records.status.late },
  { filter: "flagged", text: texts.records.status.flagged },
  { filter: "pending", text: texts.records.status.pending },
  { filter: "rejected", text: texts.records.status.rejected },
  { filter: "excused", text: texts.records.status.excused },
];
const HEADS = [
  texts.rollCall.heads.student,
  texts.rollCall.heads.status,
  texts.rollCall.heads.checks,
  { text: texts.rollCall.heads.time, number: true as const },
  { text: texts.rollCall.heads.tries, number: true as const },
];
/** Screen readers hear how it stands no more often than this. */
const ANNOUNCED_MS = 10_000;

/** Who has come, as they come. */
export function RollCallPage({ sessionId }: { sessionId: string }) {
  const { feed, stream, reconnect, put } = useFeed(sessionId, beep);
  const [shown, setShown] = useState<Shown>("all");
  const [search, setSearch] = useState("");
  const [order, setOrder] = useState<Order>("newest");
  const [opened, setOpened] = useState("");
  const open = useCallback((recordId: string) => setOpened(recordId), []);

  const items = useMemo(() => Array.from(feed.records.values(), itemOf), [feed.records]);
  const counts = useMemo(() => countsOf(items), [items]);
  const rows = useMemo(
    () => (shown === "missing" ? [] : listed(items, shown, search, order)),
    [items, shown, search, order],
  );

  const session = feed.session;
  if (stream.kind === "failed" && !session) {
    return (
      <div class="stack">
        <Heading title={texts.rollCall.title} />
        <Failure error={stream.error} />
      </div>
    );
  }
  if (!session || !feed.caughtUp) {
    return (
      <div class="stack">
        <Heading title={texts.rollCall.title} />
        {stream.kind === "lost" ? <Failure error={stream.error} retry={reconnect} /> : <Loading />}
      </div>
    );
  }
  const present = session.counts?.confirmed ?? 0;
  const flagged = session.counts?.flagged ?? 0;
  const missing = missingOf(session);
  const over = session.state === SessionState.CLOSED;
  const missingText = over ? texts.rollCall.absent : texts.rollCall.missing;
  return (
    <div class="stack">
      <SessionHead session={session} here="roll" onChange={(value) => put({ case: "session", value })} />
      <div class="row spread">
        <Figures
          figures={[
            { name: texts.rollCall.present, value: present },
            ...(session.expectedCount === undefined
              ? []
              : [{ name: texts.rollCall.expected, value: session.expectedCount }]),
            { name: texts.rollCall.flagged, value: flagged },
            ...(missing === undefined ? [] : [{ name: missingText, value: missing }]),
          ]}
        />
        <div class="row">
          <Stream stream={stream} reconnect={reconnect} />
          <Button small aria-pressed={sounding.value} onClick={() => setSounding(!sounding.value)}>
            {texts.rollCall.sound}
          </Button>
        </div>
      </div>
      <Announced text={texts.rollCall.summary(present, session.expectedCount, flagged)} />
      {stream.kind === "failed" && <Failure error={stream.error} retry={() => location.reload()} />}

      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form's fields */}
      <div class="filters" role="group" aria-label={texts.rollCall.filters.label}>
        {FILTERS.map(({ filter, text }) => (
          <FilterButton
            key={filter}
            text={text}
            count={counts[filter]}
            pressed={shown === filter}
            onPress={() => setShown(filter)}
          />
        ))}
        <FilterButton
          text={missingText}
          count={missing}
          pressed={shown === "missing"}
          onPress={() => setShown("missing")}
        />
      </div>
      <div class="form-grid">
        <Field label={texts.rollCall.search}>
          {(ids) => (
            <input
              {...ids}
              class="input"
              type="search"
              autocomplete="off"
              value={search}
              onInput={(event) => setSearch(event.currentTarget.value)}
            />
          )}
        </Field>
        {shown !== "missing" && (
          <Field label={texts.rollCall.order.label}>
            {(ids) => (
              <select
                {...ids}
                class="input"
                value={order}
                onChange={(event) => setOrder(event.currentTarget.value === "name" ? "name" : "newest")}
              >
                <option value="newest">{texts.rollCall.order.newest}</option>
                <option value="name">{texts.rollCall.order.name}</option>
              </select>
            )}
          </Field>
        )}
      </div>

      {shown === "missing" ? (
        <Missing session={session} feed={feed} search={search} onRecord={(value) => put({ case: "record", value })} />
      ) : rows.length === 0 ? (
        <p class="sheet faint empty">{items.length === 0 ? texts.rollCall.nobody : texts.rollCall.noneLike}</p>
      ) : (
        <div class="roll">
          <Table caption={texts.rollCall.caption} heads={HEADS}>
            {rows.map((item) => (
              <Row key={item.record.id} item={item} onOpen={open} />
            ))}
          </Table>
        </div>
      )}
      {opened && (
        <RecordDialog
          reviewing={asLecturer}
          recordId={opened}
          onRecord={(value) => put({ case: "record", value })}
          onClose={() => setOpened("")}
        />
      )}
    </div>
  );
}

/** How many were expected and are not there: no record or, once it is over, a rejected one too. */
function missingOf({ expectedCount, counts, state }: AttendanceSession): number | undefined {
  if (expectedCount === undefined || !counts || state === SessionState.SCHEDULED || state === SessionState.CANCELLED)
    return undefined;
  const there = counts.confirmed + counts.flagged + counts.pending + counts.excused;
  return Math.max(0, expectedCount - there - (state === SessionState.OPEN ? counts.rejected : 0));
}

function FilterButton({
  text,
  count,
  pressed,
  onPress,
}: {
  text: string;
  count: number | undefined;
  pressed: boolean;
  onPress: () => void;
}) {
  return (
    <Button small aria-pressed={pressed} onClick={onPress}>
      {text}
      {count !== undefined && <span class="count">{` ${count}`}</span>}
    </Button>
  );
}

function Stream({ stream, reconnect }: { stream: StreamState; reconnect: () => void }) {
  const of = texts.rollCall.stream;
  if (stream.kind === "live") return <Chip tone="good">{of.live}</Chip>;
  if (stream.kind === "lost") {
    return (
      <span class="row" role="alert">
        <Chip tone="bad">{of.lost}</Chip>
        <Button small onClick={reconnect}>
          {of.now}
        </Button>
      </span>
    );
  }
  if (stream.kind === "connecting") return <Chip tone="info">{of.connecting}</Chip>;
  return <Chip>{stream.kind === "hidden" ? of.hidden : of.over}</Chip>;
}

/** Says a text to screen readers when it has changed, but not each time. */
function Announced({ text }: { text: string }) {
  const [said, setSaid] = useState("");
  const latest = useRef(text);
  latest.current = text;
  useEffect(() => {
    const timer = setInterval(() => setSaid(latest.current), ANNOUNCED_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <p class="hidden-text" role="status">
      {said}
    </p>
  );
}
