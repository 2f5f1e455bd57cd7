import { z } from "zod";
import { day, secretName } from "./config-fields.ts";
import type { SourceType } from "./source.ts";

const names = () => z.array(z.string().min(1)).min(1);

const dltConfig = z.strictObject({
  source_module: z.string().min(1),
  source_function: z.string().min(1),
  function_kwargs: z.record(z.string(), z.unknown()).optional(),
  pipeline_name: z.string().optional(),
  dataset_name: z.string().optional(),
});

const mongodbConfig = z.strictObject({
  connection_url_env: secretName(),
  database: z.string().optional(),
  collection_names: names().optional(),
  parallel: z.boolean().default(false),
});

const kafkaConfig = z.strictObject({
  topics: names(),
  credentials_env: secretName().optional(),
  batch_size: z.int().positive().default(3000),
  batch_timeout: z.number().positive().default(3),
  start_from: z.string().optional(),
});

const kinesisConfig = z.strictObject({
  stream_name: z.string().min(1),
  initial_at_timestamp: z.union([z.number(), day()]).optional(),
  chunk_size: z.int().positive().default(1000),
  parse_json: z.boolean().default(true),
});

const inboxConfig = z.strictObject({
  host: z.string().min(1),
  email_account_env: secretName(),
  password_env: secretName(),
  folder: z.string().default("INBOX"),
});

/** Kinds that cannot run on this platform; they are listed so that nobody looks for them in vain. */
export const unavailableTypes: readonly SourceType[] = [
  {
    type: "dlt_native",
    group: "local",
    title: "dlt source",
    description: "A source written in Python for dlt",
    unavailable: "it is Python code, and a Worker runs JavaScript only",
    config: dltConfig,
  },
  {
    type: "mongodb",
    group: "databases",
    title: "MongoDB",
    description: "Collections of a database",
    unavailable: "its drivers keep pools of connections and monitor servers between requests, which a Worker cannot",
    config: mongodbConfig,
  },
  {
    type: "kafka",
    group: "streaming",
    title: "Kafka",
    description: "Messages of topics",
    unavailable: "a consumer keeps its connection and heartbeat between requests, which a Worker cannot",
    config: kafkaConfig,
  },
  {
    type: "kinesis",
    group: "streaming",
    title: "Kinesis",
    description: "Records of a stream",
    unavailable: "a shard is read by polling all the time, which a Worker cannot",
    config: kinesisConfig,
  },
  {
    type: "inbox",
    group: "files",
    title: "E-mail inbox",
    description: "Attachments of the messages in an IMAP folder",
    unavailable: "IMAP sessions last longer than a Worker may keep a connection",
    config: inboxConfig,
  },
];
