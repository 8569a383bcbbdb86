import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Fragment } from "preact";
import { useState } from "preact/hooks";
import { violations } from "../api/errors";
import { signIn } from "../api/sign-in";
import { lecturer } from "../api/transport";
import { type AttendanceSession, SessionState } from "../contract/absense/v1/attendance_session_pb";
import type { Course } from "../contract/absense/v1/course_pb";
import type { Person } from "../contract/absense/v1/user_pb";
import { Button, ButtonLink, Chip, Dialog, Failure, Field, Heading, Loading, Notice, Table } from "../parts";
import { useAction } from "../parts/action";
import { useLoaded } from "../parts/loaded";
import { clockTime, dayAndTime, dayOf } from "../parts/times";
import { go } from "../router";
import "../style/teaching.css";
import { texts } from "../texts";
import { lastSession, likeSession } from "./open-session/like";
import { useOpening } from "./open-session/opening";

const words = texts.teaching;
const PAGE_SIZE = 50;
const STATES = {
  [SessionState.UNSPECIFIED]: { text: "", tone: "quiet" },
  [SessionState.SCHEDULED]: { text: words.states.soon, tone: "info" },
  [SessionState.OPEN]: { text: words.states.open, tone: "good" },
  [SessionState.CLOSED]: { text: words.states.closed, tone: "quiet" },
  [SessionState.CANCELLED]: { text: words.states.cancelled, tone: "warn" },
} as const;

/** One course: its sessions by day, and who teaches it. */
export function CoursePage({ courseId }: { courseId: string }) {
  const loaded = useLoaded((signal) => lecturer.getCourse({ courseId }, { signal }), [courseId]);
  const [changed, setChanged] = useState<Course | null>(null);
  const opening = useOpening();
  const course = changed ?? loaded.value?.course;
  if (loaded.error !== undefined && !course) {
    return (
      <div class="stack">
        <Heading title={words.title} />
        <Failure error={loaded.error} retry={loaded.reload} />
      </div>
    );
  }
  if (!course) return <Loading />;
  return (
    <div class="stack roomy">
      <div>
        <Heading title={`${course.code} ${course.title}`}>
          <ButtonLink href={`/courses/${course.id}/report`}>{words.course.report}</ButtonLink>
          {!course.archived && (
            <>
              <ButtonLink href={`/courses/${course.id}/open`}>{words.openWith}</ButtonLink>
              <Button
                kind="primary"
                busy={opening.busy}
                onClick={() => void opening.run(async () => likeSession(course.id, await lastSession(course.id)))}
              >
                {words.openNow}
              </Button>
            </>
          )}
        </Heading>
        <p class="faint">{course.termName}</p>
      </div>
      {opening.error !== undefined && <Failure error={opening.error} />}
      {opening.dialog}
      {course.archived && <Notice>{words.course.archived}</Notice>}
      <Sessions courseId={course.id} />
      <Lecturers course={course} onChanged={setChanged} />
    </div>
  );
}

function Sessions({ courseId }: { courseId: string }) {
  const [older, setOlder] = useState<{ sessions: AttendanceSession[]; next: string } | null>(null);
  const first = useLoaded((signal) => lecturer.listSessions({ courseId, pageSize: PAGE_SIZE }, { signal }), [courseId]);
  const more = useAction(async (pageToken: string) => {
    const page = await lecturer.listSessions({ courseId, pageSize: PAGE_SIZE, pageToken });
    setOlder((before) => ({ sessions: [...(before?.sessions ?? []), ...page.sessions], next: page.nextPageToken }));
  });
  if (first.error !== undefined) return <Failure error={first.error} retry={first.reload} />;
  if (!first.value) return <Loading />;
  const sessions = [...first.value.sessions, ...(older?.sessions ?? [])];
  const next = older ? older.next : first.value.nextPageToken;
  const head = words.course;
  return (
    <section class="stack" aria-labelledby="sessions">
      <h2 id="sessions">{head.sessions}</h2>
      {sessions.length === 0 ? (
        <p class="sheet">{head.none}</p>
      ) : (
        <Table
          caption={head.table}
          heads={[
            head.time,
            head.links,
            head.room,
            head.state,
            { text: head.present, number: true },
            { text: head.late, number: true },
            { text: head.flagged, number: true },
            { text: head.pending, number: true },
          ]}
        >
          {byDay(sessions).map(({ day, sessions: ofDay }) => (
            <Fragment key={day}>
              <tr class="day">
                <th colSpan={8} scope="colgroup">
                  {day}
                </th>
              </tr>
              {ofDay.map((session) => (
                <SessionRow key={session.id} session={session} />
              ))}
            </Fragment>
          ))}
        </Table>
      )}
      {more.error !== undefined && <Failure error={more.error} />}
      {next && (
        <div>
          <Button busy={more.busy} onClick={() => void more.run(next)}>
            {texts.common.more}
          </Button>
        </div>
      )}
    </section>
  );
}

function SessionRow({ session }: { session: AttendanceSession }) {
  const { counts, state } = session;
  const { text, tone } = STATES[state];
  const when = dayAndTime(session.openTime);
  const named = (what: string) => words.course.linkFor(what, when);
  const upcoming = state === SessionState.OPEN || state === SessionState.SCHEDULED;
  return (
    <tr>
      <td class="numbers nowrap">
        {clockTime(session.openTime)} - {clockTime(session.closeTime ?? session.endTime)}
      </td>
      <td>
        <div class="row links">
          {upcoming && (
            <a href={`/sessions/${session.id}/projector`} aria-label={named(words.course.code)}>
              {words.course.code}
            </a>
          )}
          <a href={`/sessions/${session.id}`} aria-label={named(words.rollCall)}>
            {words.rollCall}
          </a>
          <a href={`/sessions/${session.id}/figures`} aria-label={named(words.course.figures)}>
            {words.course.figures}
          </a>
        </div>
      </td>
      <td>{session.room || "-"}</td>
      <td>
        <Chip tone={tone}>{text}</Chip>
      </td>
      <td class="number">{counts?.confirmed ?? 0}</td>
      <td class="number">{counts?.late ?? 0}</td>
      <td class="number">{counts?.flagged ?? 0}</td>
      <td class="number">{counts?.pending ?? 0}</td>
    </tr>
  );
}

/** Sessions, the newest first, under the day on which they open here. */
function byDay(sessions: AttendanceSession[]): Array<{ day: string; sessions: AttendanceSession[] }> {
  const days = new Map<string, AttendanceSession[]>();
  const newest = [...sessions].sort((one, other) => opens(other) - opens(one));
  for (const session of newest) {
    const day = dayOf(session.openTime);
    days.set(day, [...(days.get(day) ?? []), session]);
  }
  return [...days].map(([day, ofDay]) => ({ day, sessions: ofDay }));
}

const opens = ({ openTime }: AttendanceSession): number => (openTime ? timestampMs(openTime) : 0);

function Lecturers({ course, onChanged }: { course: Course; onChanged: (course: Course) => void }) {
  const now = signIn.value;
  const self = now.state === "in" ? now.user.id : "";
  const [email, setEmail] = useState("");
  const [leaves, setLeaves] = useState<Person | null>(null);
  const [added, setAdded] = useState("");
  const head = words.course;
  const adding = useAction(async () => {
    const { course: after } = await lecturer.addCourseLecturer({
      courseId: course.id,
      lecturer: { case: "email", value: email.trim() },
    });
    if (!after) return;
    const before = new Set(course.lecturers.map((person) => person.userId));
    setAdded(after.lecturers.find((person) => !before.has(person.userId))?.fullName ?? "");
    setEmail("");
    onChanged(after);
  });
  const removing = useAction(async (person: Person) => {
    const { course: after } = await lecturer.removeCourseLecturer({ courseId: course.id, userId: person.userId });
    setLeaves(null);
    if (person.userId === self) go("/");
    else if (after) onChanged(after);
  });
  const wrong = violations(adding.error).get("email");
  return (
    <section class="stack" aria-labelledby="lecturers">
      <h2 id="lecturers">{head.people}</h2>
      <ul class="people">
        {course.lecturers.map((person) => (
          <li key={person.userId} class="row spread">
            <span>
              {person.fullName}
              {person.userId === self && <span class="faint"> ({head.you})</span>}
            </span>
            {course.lecturers.length > 1 && (
              <Button small kind="plain" aria-label={head.removeFor(person.fullName)} onClick={() => setLeaves(person)}>
                {head.remove}
              </Button>
            )}
          </li>
        ))}
      </ul>
      <div role="status">{added && <Notice tone="good">{head.added(added)}</Notice>}</div>
      {!course.archived && (
        <details>
          <summary>{head.add}</summary>
          <form
            class="stack sheet add-person"
            onSubmit={(event) => {
              event.preventDefault();
              void adding.run();
            }}
          >
            <Field label={head.address} hint={head.addHint} error={wrong}>
              {(ids) => (
                <input
                  {...ids}
                  class="input"
                  type="email"
                  required
                  value={email}
                  onInput={(event) => setEmail(event.currentTarget.value)}
                />
              )}
            </Field>
            {adding.error !== undefined && !wrong && <Failure error={adding.error} />}
            <div class="row">
              <Button type="submit" busy={adding.busy}>
                {head.addNow}
              </Button>
            </div>
          </form>
        </details>
      )}
      {leaves && (
        <Dialog title={head.removing.title(leaves.fullName)} onClose={() => setLeaves(null)}>
          <p>{leaves.userId === self ? head.removing.yourself : head.removing.why}</p>
          {removing.error !== undefined && <Failure error={removing.error} />}
          <div class="row">
            <Button kind="danger" busy={removing.busy} onClick={() => void removing.run(leaves)}>
              {head.removing.confirm}
            </Button>
            <Button onClick={() => setLeaves(null)}>{texts.common.cancel}</Button>
          </div>
        </Dialog>
      )}
    </section>
  );
}
