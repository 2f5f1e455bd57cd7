import { person } from "../../app/session.ts";
import { ApiLinks } from "./api-links.tsx";
import { Failures } from "./failures.tsx";
import { Health } from "./health.tsx";
import { LiveJobs } from "./live-jobs.tsx";
import { Storage } from "./storage.tsx";

/** What the platform does right now, what went wrong, and how it is. */
export function View() {
  return (
    <>
      <h1>Overview</h1>
      <div class="flow">
        <LiveJobs />
        <Failures />
        <Health />
        {person.value?.role === "admin" && <Storage />}
        <ApiLinks />
      </div>
    </>
  );
}
