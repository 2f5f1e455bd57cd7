import { route } from "../../app/route.ts";
import { JobDetails } from "./job-details.tsx";
import { JobList } from "./job-list.tsx";

/** Everything that runs or has run: the list, or one job. */
export function View() {
  const [id] = route.value.path;
  return id === undefined ? <JobList /> : <JobDetails key={id} id={id} />;
}
