import type { ComponentType } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Notices } from "../components/notices.tsx";
import { ChoosePassword } from "./choose-password.tsx";
import { ConfirmAddress } from "./confirm-address.tsx";
import { ForgotPassword } from "./forgot-password.tsx";
import { Header } from "./header.tsx";
import { connection } from "./live.ts";
import { linkTo, route } from "./route.ts";
import { person, readPerson, watchSession } from "./session.ts";
import { SignIn } from "./sign-in.tsx";
import { FIRST_VIEW, views } from "./views.ts";
import { ViewFrame } from "./view-frame.tsx";

const FIRST_LOOK_WAIT = 2000;

/** Pages that need nobody to be signed in, by their name in the address. */
const doors: Record<string, ComponentType> = {
  "forgot-password": ForgotPassword,
  "reset-password": ChoosePassword,
  verify: ConfirmAddress,
};

/** The whole page: the sign-in for nobody, and for somebody the view that the address names. */
export function Page() {
  useEffect(() => lookForPerson(), []);
  useEffect(() => watchSession(), []);
  const name = route.value.view === "" ? FIRST_VIEW : route.value.view;
  const view = views[name];
  const Door = doors[name];
  useEffect(() => {
    const title = person.value && !Door ? (view?.title ?? "Not found") : "Sign in";
    document.title = `${title} · Catchment`;
  }, [view, Door, person.value]);
  const content = useContentOf(name);
  if (Door) return <Door />;
  if (person.value === undefined) return <main class="narrow" aria-busy="true" />;
  if (person.value === null) return <SignIn />;
  return (
    <>
      <a class="skip" href="#content" onClick={skipToContent}>
        To the content
      </a>
      <Header current={name} />
      {connection.value === "lost" && (
        <p class="banner" role="status">
          The server does not answer. What you see may be old; trying again.
        </p>
      )}
      <main id="content" tabIndex={-1} ref={content}>
        {view ? <ViewFrame key={name} view={view} /> : <NotFound />}
      </main>
      <Notices />
    </>
  );
}

const NotFound = () => (
  <>
    <h1>There is no such page</h1>
    <p>
      The address may be mistyped. Go to the <a href={linkTo(FIRST_VIEW)}>overview</a>.
    </p>
  </>
);

/** Another view begins at its top, and with the keyboard in it. */
function useContentOf(name: string) {
  const content = useRef<HTMLElement>(null);
  const shown = useRef(name);
  useEffect(() => {
    if (shown.current === name) return;
    shown.current = name;
    content.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [name]);
  return content;
}

/** Its address would be that of a view. */
function skipToContent(event: Event): void {
  event.preventDefault();
  document.getElementById("content")?.focus();
}

/** Tries until the server says whose the session is; returns how to give up. */
function lookForPerson(): () => void {
  let timer: number | undefined;
  const look = () => {
    readPerson().catch(() => (timer = window.setTimeout(look, FIRST_LOOK_WAIT)));
  };
  look();
  return () => window.clearTimeout(timer);
}
