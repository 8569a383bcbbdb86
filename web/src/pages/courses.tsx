import { useEffect, useRef, useState } from "preact/hooks";
import { violations } from "../api/errors";
import { newId } from "../api/ids";
import { lecturer } from "../api/transport";
import type { CourseFigures } from "../contract/absense/v1/attendance_figures_pb";
import { type AttendanceSession, SessionState } from "../contract/absense/v1/attendance_session_pb";
import type { Course } from "../contract/absense/v1/course_pb";
import { Button, ButtonLink, Chip, Dialog, Failure, Field, Heading, Loading } from "../parts";
import { useAction } from "../parts/action";
import { useLoaded } from "../parts/loaded";
import { clockTime, percent } from "../parts/times";
import "../style/teaching.css";
import { texts } from "../texts";
import { lastSession, likeSession } from "./open-session/like";
import { useOpening } from "./open-session/opening";

const words = texts.teaching;
const PAGE_SIZE = 200;
/** How often what is open now is looked at again while the page is seen. */
const LOOK_AGAIN_MS = 30_000;

/** A lecturer's start page: what is open now, and the courses. */
export function CoursesPage() {
  const board = useLoaded((signal) => lecturer.getDashboard({}, { signal }), []);
  const list = useLoaded((signal) => allCourses(signal), []);
  const [makes, setMakes] = useState(false);
  const { reload } = board;
  useEffect(() => {
    const look = () => document.hidden || reload();
    const timer = setInterval(look, LOOK_AGAIN_MS);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [reload]);

  const figures = new Map((board.value?.courses ?? []).map((one) => [one.course?.id ?? "", one]));
  const courses = list.value ?? [];
  const active = courses.filter((course) => !course.archived);
  const archived = courses.filter((course) => course.archived);
  const flagged = board.value?.flaggedCount ?? 0;
  const appeals = board.value?.pendingAppealCount ?? 0;
  const sessions = board.value?.sessions ?? [];
  return (
    <div class="stack roomy">
      <Heading title={words.title}>
        {flagged > 0 && <ButtonLink href="/flagged">{words.waiting.flagged(flagged.toLocaleString("en"))}</ButtonLink>}
        {appeals > 0 && <ButtonLink href="/flagged">{words.waiting.appeals(appeals)}</ButtonLink>}
        <Button onClick={() => setMakes(true)}>{words.newCourse.button}</Button>
      </Heading>
      {board.error !== undefined && <Failure error={board.error} retry={board.reload} />}
      {sessions.length > 0 && (
        <section class="stack" aria-labelledby="now">
          <h2 id="now">{words.now}</h2>
          <ul class="cards wide">
            {sessions.map((session) => (
              <NowCard key={session.id} session={session} />
            ))}
          </ul>
        </section>
      )}
      {list.error !== undefined && <Failure error={list.error} retry={list.reload} />}
      {!list.value && list.busy && <Loading />}
      {list.value && active.length === 0 && (
        <div class="sheet stack">
          <p>{words.none}</p>
          <NewCourse onMade={list.reload} />
        </div>
      )}
      {active.length > 0 && (
        <ul class="cards">
          {active.map((course) => (
            <CourseCard key={course.id} course={course} figures={figures.get(course.id)} />
          ))}
        </ul>
      )}
      {archived.length > 0 && (
        <details>
          <summary>
            {words.archived} ({archived.length})
          </summary>
          <ul class="cards">
            {archived.map((course) => (
              <CourseCard key={course.id} course={course} figures={figures.get(course.id)} />
            ))}
          </ul>
        </details>
      )}
      {makes && (
        <Dialog title={words.newCourse.title} onClose={() => setMakes(false)}>
          <NewCourse
            onMade={() => {
              setMakes(false);
              list.reload();
            }}
          />
        </Dialog>
      )}
    </div>
  );
}

/** All of the caller's courses, the newest first; a lecturer has few. */
async function allCourses(signal: AbortSignal): Promise<Course[]> {
  const found: Course[] = [];
  for (let pageToken = ""; ; ) {
    const page = await lecturer.listCourses({ includeArchived: true, pageSize: PAGE_SIZE, pageToken }, { signal });
    found.push(...page.courses);
    pageToken = page.nextPageToken;
    if (!pageToken) return found.reverse();
  }
}

function NowCard({ session }: { session: AttendanceSession }) {
  const open = session.state === SessionState.OPEN;
  const counts = session.counts;
  const inside = counts ? counts.confirmed + counts.flagged + counts.pending : 0;
  return (
    <li class="sheet stack now-card">
      <div class="row spread">
        <h3>
          {session.courseCode} {session.courseTitle}
        </h3>
        <Chip tone={open ? "good" : "info"}>{open ? words.states.open : words.states.soon}</Chip>
      </div>
      <p class="faint">
        {[
          session.room,
          open ? words.until(clockTime(session.endTime)) : words.opensAt(clockTime(session.openTime)),
          open ? words.countIn(inside.toLocaleString("en")) : "",
        ]
          .filter(Boolean)
          .join(", ")}
      </p>
      <div class="row">
        <ButtonLink href={`/sessions/${session.id}/projector`} kind="primary">
          {words.showCode}
        </ButtonLink>
        <ButtonLink href={`/sessions/${session.id}`}>{words.rollCall}</ButtonLink>
      </div>
    </li>
  );
}

function CourseCard({ course, figures }: { course: Course; figures: CourseFigures | undefined }) {
  const opening = useOpening();
  return (
    <li class="sheet stack course-card">
      <div>
        <h2>
          <a href={`/courses/${course.id}`}>
            <span class="code">{course.code}</span> {course.title}
          </a>
        </h2>
        <p class="faint">{course.termName}</p>
      </div>
      <dl class="small-figures">
        <div>
          <dt>{words.card.rate}</dt>
          <dd>{percent(figures?.figures?.rate)}</dd>
        </div>
        <div>
          <dt>{words.card.sessions}</dt>
          <dd>{figures?.sessionCount.toLocaleString("en") ?? "-"}</dd>
        </div>
        <div>
          <dt>{words.card.atRisk}</dt>
          <dd>{figures?.atRiskCount.toLocaleString("en") ?? "-"}</dd>
        </div>
      </dl>
      {figures !== undefined && figures.flaggedCount > 0 && (
        <p>
          <Chip tone="warn">{words.waiting.flagged(figures.flaggedCount.toLocaleString("en"))}</Chip>
        </p>
      )}
      {!course.archived && (
        <div class="row end">
          <Button
            kind="primary"
            busy={opening.busy}
            aria-label={words.openNowFor(course.code)}
            onClick={() => void opening.run(async () => likeSession(course.id, await lastSession(course.id)))}
          >
            {words.openNow}
          </Button>
          <a class="button" href={`/courses/${course.id}/open`} aria-label={words.openWithFor(course.code)}>
            {words.openWith}
          </a>
        </div>
      )}
      {opening.error !== undefined && <Failure error={opening.error} />}
      {opening.dialog}
    </li>
  );
}

function NewCourse({ onMade }: { onMade: () => void }) {
  const [code, setCode] = useState("");
  const [title, setTitle] = useState("");
  const requestId = useRef(newId());
  const making = useAction(async () => {
    await lecturer.createCourse({ requestId: requestId.current, code, title });
    onMade();
  });
  const wrong = violations(making.error);
  // another text is another course
  const typed = (set: (text: string) => void) => (event: { currentTarget: HTMLInputElement }) => {
    requestId.current = newId();
    set(event.currentTarget.value);
  };
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void making.run();
      }}
    >
      <Field label={words.newCourse.code} hint={words.newCourse.codeHint} error={wrong.get("code")}>
        {(ids) => <input {...ids} class="input" required maxLength={32} value={code} onInput={typed(setCode)} />}
      </Field>
      <Field label={words.newCourse.name} error={wrong.get("title")}>
        {(ids) => <input {...ids} class="input" required maxLength={200} value={title} onInput={typed(setTitle)} />}
      </Field>
      {making.error !== undefined && wrong.size === 0 && <Failure error={making.error} />}
      <div class="row">
        <Button type="submit" kind="primary" busy={making.busy}>
          {words.newCourse.make}
        </Button>
      </div>
    </form>
  );
}
