import { describe, expect, it } from "vitest";
import { pubsub } from "../../../src/connectors/clouds/gcp/services/pubsub.ts";
import { scheduler } from "../../../src/connectors/clouds/gcp/services/scheduler.ts";
import { tasks } from "../../../src/connectors/clouds/gcp/services/tasks.ts";
import { byType, extractFrom, refusal } from "../../support/gcp-answers.ts";

const SCHEDULER = "cloudscheduler.googleapis.com/v1";
const locations = { locations: [{ locationId: "europe-west1" }, { locationId: "us-central1" }] };
const JOB = "projects/p/locations/europe-west1/jobs/nightly";

describe("scheduler (synthetic)", () => {
  const answers = {
    [`${SCHEDULER}/projects/p/locations`]: locations,
    [`${SCHEDULER}/projects/p/locations/europe-west1/jobs`]: {
      jobs: [
        {
          name: JOB,
          schedule: "0 2 * * *",
          timeZone: "Europe/Berlin",
          state: "ENABLED",
          attemptDeadline: "180s",
          retryConfig: { retryCount: 3, maxRetryDuration: "0s", minBackoffDuration: "5s", maxBackoffDuration: "3600s" },
        },
      ],
    },
    [`${SCHEDULER}/projects/p/locations/us-central1/jobs`]: refusal(403, "PERMISSION_DENIED"),
  };

  it("extracts the jobs of every location that answers, and names the others", async () => {
    const { found, failures } = await extractFrom(scheduler, answers);
    expect(failures).toEqual(["call: PERMISSION_DENIED - refused"]);
    expect(byType(found, "gcp:scheduler:job")).toEqual([
      {
        resource_id: JOB,
        region: "europe-west1",
        labels: {},
        configuration: {
          name: JOB,
          description: null,
          schedule: "0 2 * * *",
          time_zone: "Europe/Berlin",
          state: "ENABLED",
          attempt_deadline: "180s",
          retry_count: 3,
          max_retry_duration: "0s",
          min_backoff: "5s",
          max_backoff: "3600s",
          location: "europe-west1",
        },
      },
    ]);
  });

  it("asks only in the regions wanted", async () => {
    const { calls, failures } = await extractFrom(scheduler, answers, ["europe-west1"]);
    expect(failures).toEqual([]);
    expect(calls.map(({ path }) => path)).toEqual([
      "/v1/projects/p/locations",
      "/v1/projects/p/locations/europe-west1/jobs",
    ]);
  });
});

describe("tasks (synthetic)", () => {
  it("extracts queues and their tasks, without bodies and headers", async () => {
    const queue = "projects/p/locations/europe-west1/queues/mail";
    const API = "cloudtasks.googleapis.com/v2";
    const { found, failures, calls } = await extractFrom(
      tasks,
      {
        [`${API}/projects/p/locations`]: locations,
        [`${API}/projects/p/locations/europe-west1/queues`]: {
          queues: [
            { name: queue, state: "RUNNING", rateLimits: { maxBurstSize: 10 }, retryConfig: { maxAttempts: 5 } },
          ],
        },
        [`${API}/${queue}/tasks`]: {
          tasks: [
            {
              name: `${queue}/tasks/1`,
              scheduleTime: "2024-05-06T07:08:09Z",
              createTime: "2024-05-06T07:08:08Z",
              lastAttempt: { responseStatus: { code: 14, message: "UNAVAILABLE" } },
            },
            { name: `${queue}/tasks/2` },
          ],
        },
      },
      ["europe-west1"],
    );
    expect(failures).toEqual([]);
    expect(byType(found, "gcp:tasks:queue")).toEqual([
      {
        resource_id: queue,
        region: "europe-west1",
        labels: {},
        configuration: {
          name: queue,
          state: "RUNNING",
          rate_limits: { maxBurstSize: 10 },
          retry_config: { maxAttempts: 5 },
          location: "europe-west1",
        },
      },
    ]);
    expect(byType(found, "gcp:tasks:task").map(({ configuration }) => configuration)).toEqual([
      {
        name: `${queue}/tasks/1`,
        queue_name: queue,
        schedule_time: "2024-05-06T07:08:09Z",
        create_time: "2024-05-06T07:08:08Z",
        status: { code: 14, message: "UNAVAILABLE" },
        location: "europe-west1",
      },
      {
        name: `${queue}/tasks/2`,
        queue_name: queue,
        schedule_time: null,
        create_time: null,
        status: null,
        location: "europe-west1",
      },
    ]);
    expect(calls.at(-1)?.query).toEqual({ pageSize: 1000, responseView: "BASIC" });
  });
});

describe("pubsub (synthetic)", () => {
  it("extracts topics and subscriptions", async () => {
    const API = "pubsub.googleapis.com/v1/projects/p";
    const subscription = { name: "projects/p/subscriptions/s", topic: "_deleted-topic_", ackDeadlineSeconds: 10 };
    const { found } = await extractFrom(pubsub, {
      [`${API}/topics`]: { topics: [{ name: "projects/p/topics/t", labels: { team: "a" }, kmsKeyName: "k" }] },
      [`${API}/subscriptions`]: { subscriptions: [{ ...subscription, retainAckedMessages: true }] },
    });
    expect(byType(found, "gcp:pubsub:topic")).toEqual([
      {
        resource_id: "projects/p/topics/t",
        region: "global",
        labels: { team: "a" },
        configuration: {
          name: "projects/p/topics/t",
          labels: { team: "a" },
          kms_key_name: "k",
          message_retention_duration: null,
          message_storage_policy: null,
        },
      },
    ]);
    expect(byType(found, "gcp:pubsub:subscription")[0]?.configuration).toEqual({
      name: "projects/p/subscriptions/s",
      topic: "_deleted-topic_",
      labels: null,
      ack_deadline_seconds: 10,
      message_retention_duration: null,
      retain_acked_messages: true,
      enable_message_ordering: null,
      expiration_policy: null,
    });
  });
});
