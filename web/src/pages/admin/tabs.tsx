import { path } from "../../router";
import { texts } from "../../texts";

const words = texts.admin.tabs;
const PAGES = [
  { href: "/admin", text: words.overview },
  { href: "/admin/users", text: words.users },
  { href: "/admin/devices", text: words.devices },
  { href: "/admin/flagged", text: words.flagged },
  { href: "/admin/audit", text: words.audit },
];

/** The way between the pages of administrators. */
export function AdminTabs() {
  const at = path.value === "/" ? "/admin" : path.value;
  return (
    <nav class="tabs" aria-label={words.label}>
      {PAGES.map(({ href, text }) => (
        <a key={href} href={href} aria-current={at === href ? "page" : undefined}>
          {text}
        </a>
      ))}
    </nav>
  );
}
