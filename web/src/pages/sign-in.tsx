import { useState } from "preact/hooks";
import { enter } from "../api/sign-in";
import { Button, Failure, Field, Heading, Notice } from "../parts";
import { useAction } from "../parts/action";
import { texts } from "../texts";

/** Where one signs in; the address stays, so that one goes on where one was. */
export function SignInPage({ ended }: { ended: boolean }) {
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const entering = useAction(enter);
  return (
    <form
      class="stack sheet"
      onSubmit={(event) => {
        event.preventDefault();
        void entering.run(login, password);
      }}
    >
      <Heading title={texts.signIn.title} />
      {ended && <Notice>{texts.signIn.ended}</Notice>}
      {!isSecureContext && <Notice tone="warn">{texts.signIn.insecure}</Notice>}
      <Field label={texts.signIn.login}>
        {(ids) => (
          <input
            {...ids}
            class="input"
            autocomplete="username"
            autocapitalize="none"
            spellcheck={false}
            required
            value={login}
            onInput={(event) => setLogin(event.currentTarget.value)}
          />
        )}
      </Field>
      <Field label={texts.signIn.password}>
        {(ids) => (
          <input
            {...ids}
            class="input"
            type="password"
            autocomplete="current-password"
            required
            value={password}
            onInput={(event) => setPassword(event.currentTarget.value)}
          />
        )}
      </Field>
      {entering.error !== undefined && <Failure error={entering.error} />}
      <Button type="submit" kind="primary" busy={entering.busy}>
        {texts.signIn.submit}
      </Button>
      <a href="/forgot-password">{texts.signIn.forgot}</a>
    </form>
  );
}
