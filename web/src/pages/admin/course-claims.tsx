import { useState } from "preact/hooks";
import { admin } from "../../api/transport";
import { type CourseClaim, CourseClaimState } from "../../contract/absense/v1/course_claim_pb";
import { Button, Chip, Failure, Field, Table } from "../../parts";
import { useAction } from "../../parts/action";
import { usePages } from "../../parts/pages";
import { date } from "../../parts/times";
import { texts } from "../../texts";

const words = texts.admin.claims;

/** Lecturers' wishes to teach courses that nobody teaches; nothing where there are none. */
export function CourseClaims({ onDecided }: { onDecided: () => void }) {
  const claims = usePages<CourseClaim>(
    async (pageToken, signal) => {
      const answer = await admin.listCourseClaims({ state: CourseClaimState.PENDING, pageToken }, { signal });
      return { items: answer.courseClaims, nextPageToken: answer.nextPageToken };
    },
    (claim) => claim.id,
    [],
  );
  function decided(claim: CourseClaim) {
    claims.put(claim);
    onDecided();
  }
  if (claims.error !== undefined) return <Failure error={claims.error} retry={claims.load} />;
  if (!claims.items || claims.items.length === 0) return null;
  return (
    <div class="stack" id="course-claims">
      <h2>{words.title}</h2>
      <p class="faint">{words.why}</p>
      <Table caption={words.title} heads={[words.course, words.lecturer, words.note, words.since, words.decision]}>
        {claims.items.map((claim) => (
          <Row key={claim.id} claim={claim} onDecided={decided} />
        ))}
      </Table>
      {claims.more && <Button onClick={claims.load}>{texts.common.more}</Button>}
    </div>
  );
}

function Row({ claim, onDecided }: { claim: CourseClaim; onDecided: (claim: CourseClaim) => void }) {
  const [note, setNote] = useState("");
  const [missing, setMissing] = useState(false);
  const courseClaimId = claim.id;
  const deciding = useAction(async (approve: boolean) => {
    const answer = approve
      ? await admin.approveCourseClaim({ courseClaimId, note })
      : await admin.rejectCourseClaim({ courseClaimId, note });
    if (answer.courseClaim) onDecided(answer.courseClaim);
  });
  const name = claim.lecturer?.fullName ?? "";
  return (
    <tr>
      <th scope="row">
        {claim.course?.code} {claim.course?.title}
      </th>
      <td>{name}</td>
      <td>{claim.note}</td>
      <td>{date(claim.createTime)}</td>
      <td>
        {claim.state !== CourseClaimState.PENDING ? (
          <Chip tone={claim.state === CourseClaimState.APPROVED ? "good" : "bad"}>
            {claim.state === CourseClaimState.APPROVED ? words.approved : words.refused}
          </Chip>
        ) : (
          <div class="stack">
            <Field label={words.answer(name)} error={missing ? words.needed : undefined}>
              {(ids) => (
                <input
                  {...ids}
                  class="input"
                  maxLength={1000}
                  value={note}
                  onInput={(event) => setNote(event.currentTarget.value)}
                />
              )}
            </Field>
            <div class="row">
              <Button small busy={deciding.busy} onClick={() => void deciding.run(true)}>
                {words.approve}
              </Button>
              <Button
                small
                kind="danger"
                busy={deciding.busy}
                onClick={() => {
                  setMissing(!note.trim());
                  if (note.trim()) void deciding.run(false);
                }}
              >
                {words.refuse}
              </Button>
            </div>
            {deciding.error !== undefined && <Failure error={deciding.error} />}
          </div>
        )}
      </td>
    </tr>
  );
}
