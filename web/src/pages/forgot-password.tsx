import { useRef, useState } from "preact/hooks";
import { publicAuth } from "../api/transport";
import { Button, Failure, Field, Heading, Notice } from "../parts";
import { useAction } from "../parts/action";
import { faultsOf, useFocusOnFault, useWait } from "../parts/form";
import { texts } from "../texts";

/** Ask for a mail to choose a password with; nobody learns here who has an account. */
export function ForgotPasswordPage() {
  const [login, setLogin] = useState("");
  const [sentTo, setSentTo] = useState("");
  const asking = useAction((to: string) => publicAuth.requestPasswordReset({ login: to }).then(() => to));
  const form = useRef<HTMLFormElement>(null);
  const faults = faultsOf(asking.error);
  const wait = useWait(asking.error);
  useFocusOnFault(form, asking.error);
  const words = texts.signIn.forgotten;
  if (sentTo) {
    return (
      <div class="stack sheet">
        <Heading title={words.sentTitle} />
        <Notice tone="good">{words.sent(sentTo)}</Notice>
        <p class="faint">{words.notThere}</p>
        <div class="row spread">
          <a href="/">{texts.signIn.toSignIn}</a>
          <Button small onClick={() => setSentTo("")}>
            {words.again}
          </Button>
        </div>
      </div>
    );
  }
  return (
    <form
      ref={form}
      class="stack sheet"
      onSubmit={async (event) => {
        event.preventDefault();
        setSentTo((await asking.run(login.trim())) ?? "");
      }}
    >
      <Heading title={words.title} />
      <p class="faint">{words.why}</p>
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
      {asking.error !== undefined && faults.size === 0 && <Failure error={asking.error} />}
      <Button type="submit" kind="primary" busy={asking.busy || wait > 0}>
        {words.submit}
        {wait > 0 && <span class="numbers">{texts.signIn.inSeconds(wait)}</span>}
      </Button>
      <a href="/">{texts.signIn.toSignIn}</a>
    </form>
  );
}
