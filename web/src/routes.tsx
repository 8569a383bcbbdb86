import type { VNode } from "preact";
import { signIn } from "./api/sign-in";
import { Role } from "./contract/absense/v1/role_pb";
import { AccountPage } from "./pages/account";
import { AdminPage } from "./pages/admin";
import { AuditPage } from "./pages/admin/audit";
import { DevicesPage } from "./pages/admin/devices";
import { AdminFlaggedPage } from "./pages/admin/flagged";
import { UsersPage } from "./pages/admin/users";
import { ConfirmEmailPage } from "./pages/confirm-email";
import { CoursePage } from "./pages/course";
import { CourseReportPage } from "./pages/course-report";
import { CoursesPage } from "./pages/courses";
import { FlaggedPage } from "./pages/flagged";
import { ForgotPasswordPage } from "./pages/forgot-password";
import { OpenSessionPage } from "./pages/open-session";
import { ProjectorPage } from "./pages/projector";
import { RegisterPage } from "./pages/register";
import { ResetPasswordPage } from "./pages/reset-password";
import { RollCallPage } from "./pages/roll-call";
import { SessionFiguresPage } from "./pages/session-figures";
import { match } from "./router";

/** Whom a page is for: "open" anybody, "own" everybody signed in. */
export type Area = "open" | "own" | "lecturer" | "admin";

interface Route {
  pattern: string;
  area: Area;
  wholeScreen?: boolean;
  page: (at: Record<string, string>) => VNode;
}

const of = (at: Record<string, string>, name: string): string => at[name] ?? "";

const ROUTES: Route[] = [
  { pattern: "/reset-password", area: "open", page: () => <ResetPasswordPage /> },
  { pattern: "/confirm-email", area: "open", page: () => <ConfirmEmailPage /> },
  { pattern: "/forgot-password", area: "open", page: () => <ForgotPasswordPage /> },
  { pattern: "/register", area: "open", page: () => <RegisterPage /> },
  { pattern: "/", area: "own", page: () => <StartPage /> },
  { pattern: "/account", area: "own", page: () => <AccountPage /> },
  { pattern: "/flagged", area: "lecturer", page: () => <FlaggedPage /> },
  { pattern: "/courses/:course", area: "lecturer", page: (at) => <CoursePage courseId={of(at, "course")} /> },
  { pattern: "/courses/:course/open", area: "lecturer", page: (at) => <OpenSessionPage courseId={of(at, "course")} /> },
  {
    pattern: "/courses/:course/report",
    area: "lecturer",
    page: (at) => <CourseReportPage courseId={of(at, "course")} />,
  },
  { pattern: "/sessions/:session", area: "lecturer", page: (at) => <RollCallPage sessionId={of(at, "session")} /> },
  {
    pattern: "/sessions/:session/flagged",
    area: "lecturer",
    page: (at) => <FlaggedPage sessionId={of(at, "session")} />,
  },
  {
    pattern: "/sessions/:session/figures",
    area: "lecturer",
    page: (at) => <SessionFiguresPage sessionId={of(at, "session")} />,
  },
  {
    pattern: "/sessions/:session/projector",
    area: "lecturer",
    wholeScreen: true,
    page: (at) => <ProjectorPage sessionId={of(at, "session")} />,
  },
  { pattern: "/admin", area: "admin", page: () => <AdminPage /> },
  { pattern: "/admin/users", area: "admin", page: () => <UsersPage /> },
  { pattern: "/admin/devices", area: "admin", page: () => <DevicesPage /> },
  { pattern: "/admin/flagged", area: "admin", page: () => <AdminFlaggedPage /> },
  { pattern: "/admin/audit", area: "admin", page: () => <AuditPage /> },
];

/** The page that an address names. */
export function find(path: string): { area: Area; wholeScreen: boolean; page: VNode } | null {
  for (const { pattern, area, wholeScreen, page } of ROUTES) {
    const at = match(pattern, path);
    // another address is another page, even of the same kind: nothing of the last one stays
    if (at) return { area, wholeScreen: wholeScreen ?? false, page: <div key={path}>{page(at)}</div> };
  }
  return null;
}

function StartPage() {
  const now = signIn.value;
  return now.state === "in" && now.user.role === Role.ADMIN ? <AdminPage /> : <CoursesPage />;
}
