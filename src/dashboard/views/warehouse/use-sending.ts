import { useEffect, useState } from "preact/hooks";
import { ApiError } from "../../../client/api-error.ts";
import { dataOrThrow, toFormData } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { goTo, linkTo } from "../../app/route.ts";
import { isLive, useJob } from "../../components/use-job.ts";
import { explain } from "../../components/problem.tsx";
import { refuseField } from "../../components/refuse-field.ts";
import { uploadFile } from "../../components/upload.ts";

const LOOK_AGAIN = 2000;

/** How a file is: bytes that were sent, "done", or why it was refused. */
export type FileState = number | "done" | { error: string };
type FileStates = ReadonlyMap<File, FileState>;

const NONE: FileStates = new Map();

interface Order {
  source: string;
  /** Whether the source is made first. */
  isNew: boolean;
  files: File[];
}

export interface Sending {
  /** Of the source that was sent to last. */
  states: FileStates;
  /** Sources that were made on the way. */
  made: string[];
  /** The sync that loads what was sent. */
  jobId: string | null;
  /** Sends the files and starts the sync; those that were sent to the same source are not sent again. */
  send: (order: Order) => Promise<void>;
}

/** Sends files one after the other, loads them, and goes to their table. */
export function useSending(): Sending {
  const [target, setTarget] = useState("");
  const [sent, setSent] = useState<ReadonlyMap<string, FileStates>>(new Map());
  const [made, setMade] = useState<string[]>([]);
  const [sync, setSync] = useState<{ source: string; jobId: string } | null>(null);
  const job = useJob(sync?.jobId ?? null);
  const isDone = job.data !== null && job.data.id === sync?.jobId && !isLive(job.data);
  useEffect(() => {
    if (isDone && sync && job.data?.status === "completed") void showTable(sync.source);
  }, [isDone]);
  const send = async ({ source, isNew, files }: Order) => {
    if (isNew) {
      await makeSource(source);
      setMade([...made, source]);
    }
    setTarget(source);
    const refused = await sendAll(source, files, sent.get(source) ?? NONE, (file, state) =>
      setSent((before) => new Map(before).set(source, new Map(before.get(source)).set(file, state))),
    );
    if (refused === files.length) throw refuseField("files", "No file could be uploaded");
    setSync({ source, jobId: await startSync(source) });
  };
  return { states: sent.get(target) ?? NONE, made, jobId: sync?.jobId ?? null, send };
}

const makeSource = (name: string) =>
  dataOrThrow(
    api.POST("/api/sources", {
      body: { name, type: "csv", config: { directory: `data/uploads/${name}`, file_pattern: "*" } },
    }),
  );

/** How many were refused; a file that is refused does not hold up the others. */
async function sendAll(
  source: string,
  files: File[],
  known: FileStates,
  onState: (file: File, state: FileState) => void,
): Promise<number> {
  let refused = 0;
  for (const file of files) {
    if (known.get(file) === "done") continue;
    try {
      onState(file, 0);
      await sendFile(source, file, (sent) => onState(file, sent));
      onState(file, "done");
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      onState(file, { error: explain(error) });
      refused++;
    }
  }
  return refused;
}

async function sendFile(source_name: string, file: File, onProgress: (sent: number) => void): Promise<void> {
  const { upload_id } = await uploadFile(file, { purpose: "warehouse", onProgress });
  const body = { upload_id };
  const params = { path: { source_name } };
  await dataOrThrow(api.POST("/api/sources/{source_name}/upload-csv", { params, body, bodySerializer: toFormData }));
}

/** One that is under way may have begun before the files were there, so that another one has to follow it. */
async function startSync(source_name: string): Promise<string> {
  const body = { full_refresh: false, start_date: null, end_date: null };
  const params = { path: { source_name } };
  for (;;) {
    try {
      return (await dataOrThrow(api.POST("/api/sources/{source_name}/sync", { params, body }))).job_id;
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 409)) throw error;
      await new Promise((resolve) => window.setTimeout(resolve, LOOK_AGAIN));
    }
  }
}

async function showTable(source_name: string): Promise<void> {
  const params = { path: { source_name } };
  const { tables } = await dataOrThrow(api.GET("/api/sources/{source_name}/details", { params }));
  const [table] = tables;
  goTo(linkTo("warehouse", table ? ["tables", table.schema, table.name] : ["sources", source_name]));
}
