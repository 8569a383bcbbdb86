import { useEffect, useRef, useState } from "preact/hooks";
import { isLost, reasonOf } from "../api/errors";
import { admin, lecturer, NO_DEADLINE } from "../api/transport";
import { type AttendanceExportHeader, ExportFormat } from "../contract/absense/v1/attendance_export_pb";
import { texts } from "../texts";
import { Button, Dialog, Failure, Notice } from ".";
import { useAction } from "./action";

/** What to export: one session, course or term. */
export type ExportScope = { case: "sessionId" | "courseId" | "termId"; value: string };

const LINK_LIFE_MS = 60_000;

/** A button that makes a table of attendance and gives it to the browser to save. */
export function ExportButton({ scope, asAdmin = false }: { scope: ExportScope; asAdmin?: boolean }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>{texts.exporting.button}</Button>
      {open && <ExportDialog scope={scope} asAdmin={asAdmin} onClose={() => setOpen(false)} />}
    </>
  );
}

function ExportDialog({ scope, asAdmin, onClose }: { scope: ExportScope; asAdmin: boolean; onClose: () => void }) {
  const [format, setFormat] = useState(ExportFormat.CSV);
  const [mark, setMark] = useState(false);
  const [bytes, setBytes] = useState(0);
  const [done, setDone] = useState("");
  const asking = useRef(new AbortController());
  useEffect(() => () => asking.current.abort(), []);

  const making = useAction(async () => {
    asking.current = new AbortController();
    setBytes(0);
    setDone("");
    const { signal } = asking.current;
    const request = { scope, format, byteOrderMark: format === ExportFormat.CSV && mark };
    const options = { ...NO_DEADLINE, signal };
    let header: AttendanceExportHeader | undefined;
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    let size = 0;
    try {
      // it is whole only if the stream ends well, and so nothing is saved before that
      const parts = asAdmin ? admin.exportAttendance(request, options) : lecturer.exportAttendance(request, options);
      for await (const { part } of parts) {
        if (part.case === "header") header = part.value;
        else if (part.case === "chunk") {
          chunks.push(new Uint8Array(part.value));
          size += part.value.length;
          setBytes(size);
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    }
    if (!header || signal.aborted) return;
    save(new Blob(chunks, { type: header.mediaType }), header.fileName);
    setDone(texts.exporting.done(header.fileName, texts.exporting.bytes(size)));
  });

  const choices = [
    { value: ExportFormat.CSV, text: texts.exporting.csv },
    { value: ExportFormat.XLSX, text: texts.exporting.xlsx },
  ];
  return (
    <Dialog title={texts.exporting.title} onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void making.run();
        }}
      >
        <fieldset class="stack-small">
          <legend>{texts.exporting.format}</legend>
          {choices.map(({ value, text }) => (
            <label key={value} class="check">
              <input
                type="radio"
                name="format"
                checked={format === value}
                disabled={making.busy}
                onChange={() => setFormat(value)}
              />
              {text}
            </label>
          ))}
        </fieldset>
        {format === ExportFormat.CSV && (
          <label class="check">
            <input
              type="checkbox"
              checked={mark}
              disabled={making.busy}
              onChange={(event) => setMark(event.currentTarget.checked)}
            />
            {texts.exporting.mark}
          </label>
        )}
        {making.busy && (
          <p class="numbers" role="status">
            {texts.exporting.progress(texts.exporting.bytes(bytes))}
          </p>
        )}
        {making.error !== undefined &&
          (reasonOf(making.error) || isLost(making.error) ? (
            <Failure error={making.error} />
          ) : (
            <Notice tone="bad">{texts.exporting.broken}</Notice>
          ))}
        {done && <Notice tone="good">{done}</Notice>}
        <div class="row">
          {making.busy ? (
            <Button onClick={() => asking.current.abort()}>{texts.exporting.stop}</Button>
          ) : (
            <Button type="submit" kind="primary">
              {texts.exporting.submit}
            </Button>
          )}
          <Button kind="plain" onClick={onClose}>
            {texts.common.close}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function save(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // the browser reads it after the click
  setTimeout(() => URL.revokeObjectURL(link.href), LINK_LIFE_MS);
}
