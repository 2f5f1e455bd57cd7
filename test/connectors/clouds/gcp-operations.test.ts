import { describe, expect, it } from "vitest";
import { logging } from "../../../src/connectors/clouds/gcp/services/logging.ts";
import { monitoring } from "../../../src/connectors/clouds/gcp/services/monitoring.ts";
import { byType, extractFrom } from "../../support/gcp-answers.ts";

describe("logging (synthetic)", () => {
  it("extracts sinks, metrics and exclusions", async () => {
    const API = "logging.googleapis.com/v2/projects/p";
    const { found, failures } = await extractFrom(logging, {
      [`${API}/sinks`]: { sinks: [{ name: "_Default", destination: "d", filter: "f", writerIdentity: "w" }] },
      [`${API}/metrics`]: { metrics: [{ name: "errors", filter: "severity>=ERROR", valueExtractor: "v" }] },
      [`${API}/exclusions`]: { exclusions: [{ name: "noise", filter: "f", createTime: "2024-05-06T07:08:09Z" }] },
    });
    expect(failures).toEqual([]);
    expect(found.map(({ resource_type, configuration }) => [resource_type, configuration])).toEqual([
      [
        "gcp:logging:sink",
        {
          name: "_Default",
          destination: "d",
          filter: "f",
          description: null,
          disabled: null,
          exclusions: null,
          writer_identity: "w",
        },
      ],
      [
        "gcp:logging:metric",
        {
          name: "errors",
          description: null,
          filter: "severity>=ERROR",
          metric_descriptor: null,
          value_extractor: "v",
          bucket_options: null,
          disabled: null,
        },
      ],
      [
        "gcp:logging:exclusion",
        {
          name: "noise",
          description: null,
          filter: "f",
          disabled: null,
          create_time: "2024-05-06T07:08:09Z",
          update_time: null,
        },
      ],
    ]);
  });
});

describe("monitoring (synthetic)", () => {
  it("takes for labels of a channel those that people gave, not its settings", async () => {
    const API = "monitoring.googleapis.com/v3/projects/p";
    const name = "projects/p/notificationChannels/7";
    const { found } = await extractFrom(monitoring, {
      [`${API}/alertPolicies`]: {},
      [`${API}/notificationChannels`]: {
        notificationChannels: [
          {
            name,
            type: "email",
            labels: { email_address: "ops@example.org" },
            userLabels: { team: "a" },
            enabled: true,
          },
        ],
      },
      [`${API}/uptimeCheckConfigs`]: {},
    });
    expect(byType(found, "gcp:monitoring:notificationchannel")).toEqual([
      {
        resource_id: name,
        region: "global",
        labels: { team: "a" },
        configuration: {
          name,
          display_name: null,
          description: null,
          channel_type: "email",
          labels: { email_address: "ops@example.org" },
          verification_status: null,
          enabled: true,
        },
      },
    ]);
  });
});
