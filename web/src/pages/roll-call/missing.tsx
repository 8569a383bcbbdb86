import { Component } from "preact";
import { useState } from "preact/hooks";
import { isOvertaken } from "../../api/reviewing";
import { lecturer } from "../../api/transport";
import { type AttendanceRecord, RecordStatus } from "../../contract/absense/v1/attendance_record_pb";
import { type AttendanceSession, SessionState } from "../../contract/absense/v1/attendance_session_pb";
import type { Absentee } from "../../contract/absense/v1/lecturer_service_pb";
import { Button, Chip, Dialog, Failure, Field, Loading, Notice, Table } from "../../parts";
import { useAction } from "../../parts/action";
import { Presets } from "../../parts/decide";
import { useLoaded } from "../../parts/loaded";
import { texts } from "../../texts";
import type { Feed } from "./feed";
import { matches } from "./listing";

const PAGE = 200;

interface Wish {
  absentee: Absentee;
  status: RecordStatus.CONFIRMED | RecordStatus.EXCUSED;
}

/** Who was expected and is not there, to be entered by hand. Who comes meanwhile leaves the list. */
export function Missing({
  session,
  feed,
  search,
  onRecord,
}: {
  session: AttendanceSession;
  feed: Feed<AttendanceRecord, AttendanceSession>;
  search: string;
  onRecord: (record: AttendanceRecord) => void;
}) {
  const [wish, setWish] = useState<Wish>();
  // another state of the session is another question, and so are other rejected ones once it is over
  const rejected = session.state === SessionState.CLOSED ? session.counts?.rejected : 0;
  const loaded = useLoaded((signal) => allAbsentees(session.id, signal), [session.id, session.state, rejected]);
  if (session.state === SessionState.SCHEDULED || session.state === SessionState.CANCELLED)
    return <p class="sheet faint empty">{texts.rollCall.noList}</p>;
  if (loaded.error !== undefined) return <Failure error={loaded.error} retry={loaded.reload} />;
  if (!loaded.value) return <Loading />;

  const here = new Set<string>();
  for (const record of feed.records.values())
    if (record.status !== RecordStatus.REJECTED) here.add(record.student?.userId ?? "");
  const missing = loaded.value.filter((one) => !here.has(one.student?.userId ?? ""));
  const shown = missing.filter(({ student }) =>
    matches({ name: student?.fullName ?? "", number: student?.institutionNumber ?? "" }, search),
  );
  return (
    <>
      {shown.length === 0 ? (
        <p class="sheet faint empty">{missing.length === 0 ? texts.rollCall.everybody : texts.rollCall.noneLike}</p>
      ) : (
        <Table caption={texts.rollCall.missingCaption} heads={[texts.rollCall.heads.student, texts.rollCall.enter]}>
          {shown.map((absentee) => (
            <MissingRow key={absentee.student?.userId} absentee={absentee} onWish={setWish} />
          ))}
        </Table>
      )}
      {wish && (
        <MarkDialog
          sessionId={session.id}
          wish={wish}
          onDone={(record) => {
            onRecord(record);
            setWish(undefined);
          }}
          onOvertaken={loaded.reload}
          onClose={() => setWish(undefined)}
        />
      )}
    </>
  );
}

/** One student who is not there; drawn again only when that has changed. */
class MissingRow extends Component<{ absentee: Absentee; onWish: (wish: Wish) => void }> {
  override shouldComponentUpdate(next: { absentee: Absentee }): boolean {
    return next.absentee !== this.props.absentee;
  }

  override render() {
    const { absentee, onWish } = this.props;
    const of = texts.rollCall;
    return (
      <tr>
        <th scope="row">
          <span class="name">{nameOf(absentee)}</span>{" "}
          <span class="faint numbers">{absentee.student?.institutionNumber}</span>{" "}
          {absentee.recordId && <Chip tone="bad">{texts.records.status.rejected}</Chip>}{" "}
          {absentee.appeal && <Chip tone="info">{of.appealed}</Chip>}
        </th>
        <td>
          <div class="row">
            <Button
              small
              aria-label={of.marking.present(nameOf(absentee))}
              onClick={() => onWish({ absentee, status: RecordStatus.CONFIRMED })}
            >
              {of.markPresent}
            </Button>
            <Button
              small
              aria-label={of.marking.excused(nameOf(absentee))}
              onClick={() => onWish({ absentee, status: RecordStatus.EXCUSED })}
            >
              {of.markExcused}
            </Button>
          </div>
        </td>
      </tr>
    );
  }
}

async function allAbsentees(sessionId: string, signal: AbortSignal): Promise<Absentee[]> {
  const all: Absentee[] = [];
  let pageToken = "";
  do {
    const page = await lecturer.listAbsentees({ sessionId, pageSize: PAGE, pageToken }, { signal });
    all.push(...page.absentees);
    pageToken = page.nextPageToken;
  } while (pageToken);
  return all.sort((a, b) => nameOf(a).localeCompare(nameOf(b), "en"));
}

const nameOf = (absentee: Absentee): string => absentee.student?.fullName || texts.rollCall.erased;

function MarkDialog({
  sessionId,
  wish: { absentee, status },
  onDone,
  onOvertaken,
  onClose,
}: {
  sessionId: string;
  wish: Wish;
  onDone: (record: AttendanceRecord) => void;
  onOvertaken: () => void;
  onClose: () => void;
}) {
  const [reason, setReason] = useState("");
  const [late, setLate] = useState(false);
  const [overtaken, setOvertaken] = useState(false);
  const present = status === RecordStatus.CONFIRMED;
  const marking = useAction(async () => {
    try {
      const { record } = await lecturer.markAttendance({
        sessionId,
        studentId: absentee.student?.userId ?? "",
        status,
        ...(present ? { late } : {}),
        expectedRevision: absentee.revision,
        reason: reason.trim(),
      });
      if (record) onDone(record);
    } catch (error) {
      if (!isOvertaken(error)) throw error;
      setOvertaken(true);
      onOvertaken();
    }
  });
  const of = texts.rollCall.marking;
  return (
    <Dialog title={present ? of.present(nameOf(absentee)) : of.excused(nameOf(absentee))} onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void marking.run();
        }}
      >
        <Field label={texts.records.decision.reason} hint={texts.records.decision.hint}>
          {(ids) => (
            <input
              {...ids}
              class="input"
              required
              pattern=".*[\p{L}\p{N}].*"
              maxLength={500}
              autocomplete="off"
              value={reason}
              onInput={(event) => setReason(event.currentTarget.value)}
            />
          )}
        </Field>
        <Presets presets={of.presets} onChoose={setReason} />
        {present && (
          <label class="check">
            <input type="checkbox" checked={late} onChange={(event) => setLate(event.currentTarget.checked)} />
            {of.late}
          </label>
        )}
        {overtaken && <Notice tone="warn">{texts.records.changed}</Notice>}
        {marking.error !== undefined && <Failure error={marking.error} />}
        <div class="row">
          <Button type="submit" kind="primary" busy={marking.busy}>
            {present ? texts.rollCall.markPresent : texts.rollCall.markExcused}
          </Button>
          <Button onClick={onClose}>{texts.common.cancel}</Button>
        </div>
      </form>
    </Dialog>
  );
}
