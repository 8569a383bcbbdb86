import { useEffect, useRef, useState } from "preact/hooks";
import { factOf, reasonOf } from "../api/errors";
import { enter, type SignIn, untold } from "../api/sign-in";
import { Button, Failure, Field, Heading, Notice } from "../parts";
import { useAction } from "../parts/action";
import { faultsOf, useFocusOnFault, useWait } from "../parts/form";
import { PasswordField } from "../parts/password";
import { counted, texts } from "../texts";

/** Where one signs in; the address stays, so that one goes on where one was. */
export function SignInPage({ out }: { out: SignIn & { state: "out" } }) {
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const entering = useAction(enter);
  const form = useRef<HTMLFormElement>(null);
  const { error } = entering;
  const reason = reasonOf(error);
  const faults = faultsOf(error, { BAD_CREDENTIALS: "password" });
  const wait = useWait(error);
  useFocusOnFault(form, error);
  // the first thing that anybody does here
  useEffect(() => form.current?.querySelector("input")?.focus({ preventScroll: true }), []);
  return (
    <form
      ref={form}
      class="stack sheet"
      onSubmit={(event) => {
        event.preventDefault();
        void entering.run(login.trim(), password);
      }}
    >
      <Heading title={texts.signIn.title} />
      <Farewell out={out} />
      {!isSecureContext && <Notice tone="warn">{texts.signIn.insecure}</Notice>}
      {isSecureContext && !navigator.cookieEnabled && <Notice tone="warn">{texts.signIn.noCookies}</Notice>}
      <Field label={texts.signIn.login} error={faults.get("login")}>
        {(ids) => (
          <input
            {...ids}
            class="input"
            name="username"
            autocomplete="username"
            autocapitalize="none"
            spellcheck={false}
            required
            maxlength={254}
            value={login}
            onInput={(event) => setLogin(event.currentTarget.value)}
          />
        )}
      </Field>
      <PasswordField
        label={texts.signIn.password}
        kind="current-password"
        value={password}
        onInput={setPassword}
        error={faults.get("password")}
      />
      {reason === "ACCOUNT_NOT_ACTIVE" ? (
        <NotActive error={error} />
      ) : reason === "RATE_LIMITED" && wait === 0 ? (
        <Notice>{texts.signIn.tryAgainNow}</Notice>
      ) : (
        error !== undefined && faults.size === 0 && <Failure error={error} />
      )}
      <Button type="submit" kind="primary" busy={entering.busy || wait > 0}>
        {texts.signIn.submit}
        {wait > 0 && <span class="numbers">{texts.signIn.inSeconds(wait)}</span>}
      </Button>
      <div class="ways">
        <a href="/forgot-password">{texts.signIn.forgot}</a>
        <a href="/register">{texts.signIn.register}</a>
      </div>
    </form>
  );
}

function Farewell({ out }: { out: SignIn & { state: "out" } }) {
  if (out.why === "never") return null;
  if (out.why === "ended") return <Notice>{texts.signIn.ended}</Notice>;
  if (untold.value) return <Notice tone="warn">{texts.signIn.untold}</Notice>;
  const { one, other } = texts.signIn.elsewhere;
  return (
    <Notice tone="good">
      {out.othersEnded === undefined
        ? texts.signIn.left
        : texts.signIn.leftEverywhere(counted(out.othersEnded, one, other))}
    </Notice>
  );
}

function NotActive({ error }: { error: unknown }) {
  const state = factOf(error, "user_state");
  const text = texts.signIn.notActive[state];
  if (!text) return <Failure error={error} />;
  return (
    <Notice tone="bad">
      <div class="stack tight">
        <span>{text}</span>
        {["PENDING_EMAIL", "INVITED"].includes(state) && <a href="/forgot-password">{texts.signIn.anotherMail}</a>}
      </div>
    </Notice>
  );
}
