import type { ComponentChildren } from "preact";

/** A page for people who are not signed in. */
export const Door = ({ title, children }: { title: string; children: ComponentChildren }) => (
  <main class="narrow">
    <h1>
      <img src="/assets/dashboard/favicon.svg" alt="" width="32" height="32" /> Catchment
    </h1>
    <section class="card stack" aria-labelledby="door">
      <h2 id="door">{title}</h2>
      {children}
    </section>
    <p class="quiet">
      <a href="/docs">API</a> · <a href="/redoc">Reference</a> · <a href="/health">Health</a>
    </p>
  </main>
);
