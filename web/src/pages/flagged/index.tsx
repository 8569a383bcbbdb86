import { useState } from "preact/hooks";
import { asLecturer, type Reviewing, type ReviewScope } from "../../api/reviewing";
import { lecturer } from "../../api/transport";
import type { AttendanceSession } from "../../contract/absense/v1/attendance_session_pb";
import { Button, Failure, Heading, Loading } from "../../parts";
import { useLoaded } from "../../parts/loaded";
import { texts } from "../../texts";
import { SessionHead } from "../session";
import { Appeals } from "./appeals";
import { BySight } from "./by-sight";
import { Queue } from "./queue";
import "../../style/records.css";
import "../../style/review.css";

/** What waits for a lecturer's look: in one session, or in all of the caller's courses. */
export function FlaggedPage({ sessionId = "" }: { sessionId?: string }) {
  return sessionId ? (
    <OfSession sessionId={sessionId} />
  ) : (
    <div class="stack">
      <Heading title={texts.review.title} />
      <Review reviewing={asLecturer} scope={undefined} />
    </div>
  );
}

function OfSession({ sessionId }: { sessionId: string }) {
  const loaded = useLoaded(
    async (signal) => (await lecturer.getSession({ sessionId }, { signal })).session,
    [sessionId],
  );
  const [newer, setNewer] = useState<AttendanceSession>();
  const session = newer ?? loaded.value;
  if (!session) {
    return (
      <div class="stack">
        <Heading title={texts.review.title} />
        {loaded.error === undefined ? <Loading /> : <Failure error={loaded.error} retry={loaded.reload} />}
      </div>
    );
  }
  return (
    <div class="stack">
      <SessionHead session={session} here="flagged" onChange={setNewer} />
      <Review
        reviewing={asLecturer}
        scope={{ case: "sessionId", value: sessionId }}
        courseId={session.courseId}
        sessionId={sessionId}
      />
    </div>
  );
}

type View = "queue" | "sight" | "appeals";

/** Records to be decided one by one with their photographs, or many by sight; and appeals. */
export function Review({
  reviewing,
  scope,
  courseId = "",
  sessionId = "",
}: {
  reviewing: Reviewing;
  scope: ReviewScope;
  /** Appeals of this course and session only. */
  courseId?: string;
  sessionId?: string;
}) {
  const [view, setView] = useState<View>("queue");
  const of = texts.review.views;
  const views: Array<[View, string]> = [
    ["queue", of.queue],
    ["sight", of.sight],
    ["appeals", of.appeals],
  ];
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form's fields */}
      <div class="filters" role="group" aria-label={of.label}>
        {views.map(([one, text]) => (
          <Button key={one} small aria-pressed={view === one} onClick={() => setView(one)}>
            {text}
          </Button>
        ))}
      </div>
      {view === "queue" && <Queue reviewing={reviewing} scope={scope} />}
      {view === "sight" && <BySight reviewing={reviewing} scope={scope} />}
      {view === "appeals" && <Appeals reviewing={reviewing} courseId={courseId} sessionId={sessionId} />}
    </>
  );
}
