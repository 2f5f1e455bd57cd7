import { useState } from "preact/hooks";
import { linkTo } from "./route.ts";
import { person } from "./session.ts";
import { SignOutButton } from "./sign-out.tsx";
import { views } from "./views.ts";

/** Name, navigation and the way out; on a narrow screen the navigation folds behind a button. */
export function Header({ current }: { current: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <header class="top">
      <a class="name" href={linkTo("overview")}>
        <img src="/assets/dashboard/favicon.svg" alt="" width="24" height="24" />
        Catchment
      </a>
      <button type="button" class="fold" aria-expanded={isOpen} aria-controls="views" onClick={() => setOpen(!isOpen)}>
        Menu
      </button>
      <nav id="views" class={isOpen ? "open" : ""} aria-label="Views">
        <ul>
          {Object.entries(views).map(([name, { title }]) => (
            <li key={name}>
              <a
                href={linkTo(name)}
                aria-current={name === current ? "page" : undefined}
                onClick={() => setOpen(false)}
              >
                {title}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <div class="account">
        <span class="who" title={person.value?.email}>
          {person.value?.email}
        </span>
        <SignOutButton label="Sign out" />
      </div>
    </header>
  );
}
