import { expect } from "vitest";
import type { Artifact } from "../../src/connectors/clouds/artifact.ts";

const LONGEST_JOB_MS = 600_000;

/** A job as `/extraction/jobs/{id}` shows it. */
export interface ExtractionDetail {
  job_id: string;
  status: string;
  timing: { duration_seconds: number | null };
  results: { resources_extracted: number; services_processed: number; regions_processed: number; errors: string[] };
  transport: { type: string; files_created: number; artifacts_sent: number };
}

/** What a job's socket sends. */
export interface ExtractionFrame {
  event: string;
  data: { job_id: string; status: string; progress: Record<string, unknown> };
}

/** Starts an extraction over HTTP and returns its id. */
export async function triggerExtraction(origin: string, body: object): Promise<string> {
  const response = await fetch(`${origin}/extraction/trigger`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const started = (await response.json()) as { job_id: string };
  expect(started).toMatchObject({ job_id: expect.stringMatching(/^job_\d+$/) });
  return started.job_id;
}

/** The frames of a job, from its state now to the last; `onFrame` sees each as it comes. Rejects when the socket breaks. */
export function followExtraction(
  origin: string,
  id: string,
  onFrame: (frame: ExtractionFrame) => void = () => {},
): Promise<ExtractionFrame[]> {
  return new Promise((resolve, reject) => {
    const frames: ExtractionFrame[] = [];
    const socket = new WebSocket(`${origin.replace(/^http/, "ws")}/ws/jobs/${id}`);
    const timeout = setTimeout(() => socket.close(), LONGEST_JOB_MS);
    socket.addEventListener("message", ({ data }) => {
      const frame = JSON.parse(String(data)) as ExtractionFrame;
      frames.push(frame);
      onFrame(frame);
    });
    socket.addEventListener("close", ({ code }) => {
      clearTimeout(timeout);
      if (code === 1000) resolve(frames);
      else reject(new Error(`The socket closed with ${code} after ${JSON.stringify(frames.at(-1))}`));
    });
  });
}

export async function readExtraction(origin: string, id: string): Promise<ExtractionDetail> {
  return (await (await fetch(`${origin}/extraction/jobs/${id}`)).json()) as ExtractionDetail;
}

/** All artifacts of a job, as they are downloaded in lines. */
export async function downloadArtifacts(origin: string, id: string): Promise<Artifact[]> {
  const headers = { Accept: "application/x-ndjson" };
  const response = await fetch(`${origin}/extraction/jobs/${id}/artifacts`, { headers });
  expect(response.status).toBe(200);
  const lines = (await response.text()).split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as Artifact);
}

/** What an artifact is called where extractions and boto3 are compared: `service:type region id`. */
export const nameOf = ({ resource_type, metadata }: Artifact) =>
  `${resource_type.replace(/^aws:/, "")} ${metadata.region} ${metadata.resource_id}`;
