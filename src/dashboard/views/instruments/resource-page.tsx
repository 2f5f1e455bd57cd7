import type { ComponentChildren } from "preact";
import { goTo, linkTo } from "../../app/route.ts";
import { ConfirmButton } from "../../components/dialog.tsx";
import { notify } from "../../components/notices.tsx";
import { PlainText } from "../../components/plain-text.tsx";

interface ResourcePageProps {
  /** Part of the address that its list is under, and what the list is called. */
  part: string;
  all: string;
  title: string;
  /** Absent for one that is still to be made. */
  remove?: () => Promise<unknown>;
  children: ComponentChildren;
}

/** One of what is managed: the way back to the list, its name, and its end. */
export function ResourcePage({ part, all, title, remove, children }: ResourcePageProps) {
  const removeAndLeave = async () => {
    await remove?.();
    notify(`${title} is deleted`);
    goTo(linkTo("instruments", [part]));
  };
  return (
    <section class="stack">
      <p>
        <a href={linkTo("instruments", [part])}>{all}</a>
      </p>
      <div class="row">
        <h2 class="wrap">
          <PlainText of={title} />
        </h2>
        {remove && (
          <ConfirmButton
            label="Delete"
            question="It is used no more, and can be restored from the list, where “Show deleted” shows it."
            onConfirm={removeAndLeave}
          />
        )}
      </div>
      {children}
    </section>
  );
}
