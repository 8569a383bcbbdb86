import { type ComponentChildren, type JSX, toChildArray } from "preact";
import { useEffect, useId, useLayoutEffect, useRef } from "preact/hooks";
import { sentence } from "../api/errors";
import { texts } from "../texts";

type Tone = "good" | "warn" | "bad" | "info" | "quiet";

/** A button; `busy` while what it does is under way, which a second press would do twice. */
export function Button({
  kind = "",
  busy = false,
  children,
  ...rest
}: { kind?: "" | "primary" | "danger" | "plain"; busy?: boolean; small?: boolean } & JSX.IntrinsicElements["button"]) {
  const { small, class: extra, onClick, ...others } = rest;
  return (
    <button
      type="button"
      {...others}
      class={`button ${kind} ${small ? "small" : ""} ${extra ?? ""}`}
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
    >
      {children}
    </button>
  );
}

/** A link of the page that looks like a button. */
export function ButtonLink({
  href,
  kind = "",
  children,
}: {
  href: string;
  kind?: "" | "primary" | "plain";
  children: ComponentChildren;
}) {
  return (
    <a class={`button ${kind}`} href={href}>
      {children}
    </a>
  );
}

/** A labelled control: give one function that makes it, with the ids that tie it to label, hint and error. */
export function Field({
  label,
  hint,
  error,
  children,
}: {
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
  children: (ids: { id: string; "aria-describedby": string | undefined; "aria-invalid": boolean }) => ComponentChildren;
}) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, "aria-describedby": described, "aria-invalid": Boolean(error) })}
      {hint && (
        <span class="hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
      {error && (
        <span class="error" id={`${id}-error`}>
          {error}
        </span>
      )}
    </div>
  );
}

/** A word in colour. */
export function Chip({ tone = "quiet", children }: { tone?: Tone; children: ComponentChildren }) {
  return <span class={`chip ${tone}`}>{children}</span>;
}

/** A message; what is bad is announced at once, the rest when there is a pause. */
export function Notice({ tone = "info", children }: { tone?: Tone; children: ComponentChildren }) {
  return (
    <div class={`notice ${tone}`} role={tone === "bad" ? "alert" : "status"}>
      {children}
    </div>
  );
}

/** What failed, in a sentence, and a way to try again. */
export function Failure({ error, retry }: { error: unknown; retry?: (() => void) | undefined }) {
  return (
    <Notice tone="bad">
      <div class="row spread">
        <span>{sentence(error)}</span>
        {retry && (
          <Button small onClick={retry}>
            {texts.common.retry}
          </Button>
        )}
      </div>
    </Notice>
  );
}

export function Loading() {
  return (
    <p class="faint" role="status">
      {texts.common.loading}
    </p>
  );
}

/** A page's heading; names the browser's tab, and takes the focus so that a screen reader says where one is. */
export function Heading({ title, children }: { title: string; children?: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} - ${texts.common.product}`;
    heading.current?.focus({ preventScroll: true });
  }, [title]);
  return (
    <div class="row spread">
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {toChildArray(children).length > 0 && <div class="row">{children}</div>}
    </div>
  );
}

/** A dialog over the page; Escape and a press beside it close it, and the focus goes back to where it was. */
export function Dialog({
  title,
  wide = false,
  onClose,
  children,
}: {
  title: string;
  wide?: boolean;
  onClose: () => void;
  children: ComponentChildren;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  // pressed and let go beside it: who marks a text with the mouse may let go anywhere
  const beside = useRef(false);
  useLayoutEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      // the browser gives it back only when a dialog is closed, not when it is taken out of the page
      if (before instanceof HTMLElement) queueMicrotask(() => before.isConnected && before.focus());
    };
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape is the dialog's own key
    <dialog
      ref={dialog}
      class={`dialog ${wide ? "wide" : ""}`}
      aria-labelledby={id}
      onClose={onClose}
      onPointerDown={(event) => {
        beside.current = event.target === dialog.current;
      }}
      onClick={(event) => event.target === dialog.current && beside.current && dialog.current?.close()}
    >
      <div class="stack">
        <h2 id={id}>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}

/** A big number and what it counts, several in a row. */
export function Figures({ figures }: { figures: Array<{ name: string; value: string | number }> }) {
  return (
    <dl class="figures">
      {figures.map(({ name, value }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The head of a column; one that can be sorted by is pressed for it. */
export interface Column {
  text: string;
  number?: boolean;
  /** Left out where the screen is narrow; its cells have the class of the same name. */
  roomy?: boolean;
  sort?: { direction: "ascending" | "descending" | undefined; press: () => void };
}

/** A table with a caption for screen readers; cells are the caller's. */
export function Table({
  caption,
  heads,
  children,
}: {
  caption: string;
  heads: Array<string | Column>;
  children: ComponentChildren;
}) {
  return (
    // a region that scrolls has to be reachable by keyboard
    // biome-ignore lint/a11y/noNoninteractiveTabindex: WCAG 2.1.1
    <section class="table-frame" tabIndex={0} aria-label={caption}>
      <table class="table">
        <caption class="hidden-text">{caption}</caption>
        <thead>
          <tr>
            {heads.map((head) => {
              const { text, number, roomy, sort }: Column = typeof head === "string" ? { text: head } : head;
              return (
                <th
                  key={text}
                  scope="col"
                  class={[number && "number", roomy && "roomy"].filter(Boolean).join(" ") || undefined}
                  aria-sort={sort && (sort.direction ?? "none")}
                >
                  {sort ? (
                    <button type="button" class="sort" onClick={sort.press}>
                      {text}
                      <span aria-hidden="true">{sort.direction && (sort.direction === "ascending" ? "▲" : "▼")}</span>
                    </button>
                  ) : (
                    text
                  )}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}
