import { linkTo, route } from "../../app/route.ts";
import { JobBar } from "../../components/job-progress.tsx";
import { kindOfJob } from "../../components/job-kinds.ts";
import { Loaded } from "../../components/loaded.tsx";
import { CursorPager, useCursors } from "../../components/pager.tsx";
import { Status } from "../../components/status.tsx";
import { Table } from "../../components/table.tsx";
import { Time } from "../../components/time.tsx";
import type { Job } from "../../components/use-job.ts";
import { useJobs } from "../../components/use-jobs.ts";
import { JobFilters } from "./job-filters.tsx";
import { readFilter } from "./job-filter.ts";

/** Rows of a page. */
const LIMIT = 25;

/** The jobs that the filters of the address leave, live. */
export function JobList() {
  const filter = readFilter(route.value.query);
  return (
    <>
      <h1>Jobs</h1>
      <p class="quiet">
        All long work is a job: downloads, scans, syncs, collections. It goes on when you leave this page.
      </p>
      <JobFilters filter={filter} />
      <JobPages key={JSON.stringify(filter)} filter={filter} />
    </>
  );
}

/** Begins at the first page again for every other filter. */
function JobPages({ filter }: { filter: ReturnType<typeof readFilter> }) {
  const cursors = useCursors();
  const page = useJobs({ ...filter, limit: LIMIT, ...(cursors.cursor !== undefined && { cursor: cursors.cursor }) });
  const isFiltered = Object.keys(filter).length > 0;
  return (
    <Loaded of={page}>
      {({ jobs, total, next_cursor }) => (
        <>
          <Table
            label="Jobs"
            rows={jobs}
            keyOf={({ id }) => id}
            columns={columns}
            empty={
              isFiltered
                ? "No job is like this. Choose other filters."
                : "There is no job yet. Start a download, a scan or an upload in one of the other views."
            }
          />
          <CursorPager cursors={cursors} nextCursor={next_cursor} total={total} />
        </>
      )}
    </Loaded>
  );
}

const columns = [
  { title: "Job", cell: (job: Job) => <JobName job={job} /> },
  { title: "State", cell: ({ status }: Job) => <Status of={status} /> },
  { title: "Progress", cell: (job: Job) => <JobBar job={job} /> },
  { title: "Created", cell: ({ created_at }: Job) => <Time at={created_at} /> },
];

const JobName = ({ job: { id, type, subject } }: { job: Job }) => (
  <div class="job-name">
    <a href={linkTo("jobs", [id])}>{kindOfJob(type)}</a>
    {subject !== null && subject !== type && <span class="quiet">{subject}</span>}
  </div>
);
