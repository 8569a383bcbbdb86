import { useEffect } from "preact/hooks";
import { leave, resume, signIn, waiting } from "./api/sign-in";
import { Role } from "./contract/absense/v1/role_pb";
import { SignInPage } from "./pages/sign-in";
import { Button, Failure, Heading, Loading, Notice } from "./parts";
import { PasswordAgain } from "./parts/action";
import { roleName } from "./parts/roles";
import { follow, go, path } from "./router";
import { type Area, find } from "./routes";
import { texts } from "./texts";
import "./theme";

/** The whole page: head, navigation, and the page that the address names. */
export function App() {
  useEffect(() => {
    addEventListener("click", follow);
    void resume();
    return () => removeEventListener("click", follow);
  }, []);

  const found = find(path.value);
  const now = signIn.value;
  // what goes over the whole screen has no head; what links in mails lead to needs no sign-in
  if (found?.area === "open") return <Front>{found.page}</Front>;
  if (now.state === "unknown")
    return <Front>{waiting.value === undefined ? <Loading /> : <Failure error={waiting.value} />}</Front>;
  if (now.state === "out") {
    return (
      <Front>
        <SignInPage out={now} />
      </Front>
    );
  }
  const areas = areasOf(now.user.role);
  if (areas.length === 1) {
    return (
      <Framed>
        <Notice tone="warn">{texts.common.notForStudents}</Notice>
      </Framed>
    );
  }
  if (!found || !areas.includes(found.area)) {
    return (
      <Framed>
        <div class="stack">
          <Heading title={texts.common.notFound} />
          <a href="/">{texts.common.toStart}</a>
        </div>
      </Framed>
    );
  }
  return (
    <>
      {found.wholeScreen ? found.page : <Framed>{found.page}</Framed>}
      <PasswordAgain />
    </>
  );
}

function areasOf(role: Role): Area[] {
  if (role === Role.LECTURER) return ["own", "lecturer"];
  if (role === Role.ADMIN) return ["own", "admin"];
  return ["own"];
}

/** Before the door: what one sees without being signed in. */
function Front({ children }: { children: preact.ComponentChildren }) {
  return (
    <div class="front">
      <header>
        <Mark size={44} />
        <p class="faint">{texts.signIn.promise}</p>
      </header>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}

function Framed({ children }: { children: preact.ComponentChildren }) {
  return (
    <>
      <a class="skip button" href="#main">
        {texts.common.skip}
      </a>
      <Head />
      <main id="main" tabIndex={-1}>
        {children}
      </main>
    </>
  );
}

function Mark({ size }: { size: number }) {
  return (
    <a class="mark" href="/">
      <img src="/icon.svg" alt="" width={size} height={size} />
      <span>{texts.common.product}</span>
    </a>
  );
}

function Head() {
  const now = signIn.value;
  if (now.state !== "in") return null;
  const { role, fullName } = now.user;
  function signOut() {
    leave();
    go("/", { replace: true });
  }
  return (
    <header class="shell-head">
      <Mark size={28} />
      <nav aria-label={texts.common.product}>
        {role === Role.LECTURER && <NavLink href="/" text={texts.common.nav.teaching} />}
        {role === Role.LECTURER && <NavLink href="/flagged" text={texts.common.nav.flagged} />}
        {role === Role.ADMIN && <NavLink href="/admin" text={texts.common.nav.admin} />}
        {role !== Role.STUDENT && <NavLink href="/account" text={texts.common.nav.account} />}
      </nav>
      <div class="me">
        <span class="who">
          <span class="name">{fullName}</span>
          <span class="faint">{roleName(role)}</span>
        </span>
        <Button small onClick={signOut}>
          {texts.common.signOut}
        </Button>
      </div>
    </header>
  );
}

function NavLink({ href, text }: { href: string; text: string }) {
  const at = path.value;
  // what "/" shows depends on who one is
  const begins = href === "/" || href === "/admin";
  const within = href === "/" ? /^\/(courses|sessions)\//.test(at) : at === href || at.startsWith(`${href}/`);
  const here = at === "/" ? begins : within;
  return (
    <a href={href} aria-current={here ? "page" : undefined}>
      {text}
    </a>
  );
}
