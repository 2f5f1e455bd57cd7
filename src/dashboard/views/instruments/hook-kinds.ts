import type { Schemas } from "../../../client/client.ts";
import type { JsonSchema } from "../../components/schema-form.tsx";

type Hook = Schemas["Hook"];

/** Something that a hook can do. */
export interface HookKind {
  name: string;
  title: string;
  description: string;
  implementation: Hook["implementation"];
  /** When it can run. */
  triggers: Hook["trigger"][];
  settings: JsonSchema;
  /** Its settings are kept as they are. */
  isReadOnly?: true;
}

interface Builtin {
  name: string;
  display_name: string;
  description: string;
  trigger: "pre" | "post" | "both";
  config_schema: JsonSchema;
}

const TRIGGERS: Record<Builtin["trigger"], Hook["trigger"][]> = {
  pre: ["pre_transfer"],
  post: ["post_transfer"],
  both: ["pre_transfer", "post_transfer"],
};

const webhook: HookKind = {
  name: "http_webhook",
  title: "Ask another program (webhook)",
  description: "Sends every file's name and metadata to an address, which may answer what is to be done.",
  implementation: "http_webhook",
  triggers: TRIGGERS.both,
  settings: {
    type: "object",
    properties: { secret: { type: "string", description: "Requests are signed with it" } },
  },
};

const script: HookKind = {
  name: "python_script",
  title: "Python script",
  description: "Kept for the record: no Python runs here.",
  implementation: "python_script",
  triggers: TRIGGERS.both,
  settings: { type: "object", properties: {} },
  isReadOnly: true,
};

/** What a hook can do: what the platform brings along, or a webhook; a script only where the hook is one. */
export const kindsOf = (builtins: Builtin[], hook: Hook | undefined): HookKind[] => [
  ...builtins.map(({ name, display_name, description, trigger, config_schema }) => ({
    ...{ name, title: display_name, description },
    implementation: "builtin" as const,
    triggers: TRIGGERS[trigger],
    settings: config_schema,
  })),
  webhook,
  ...(hook?.implementation === "python_script" ? [script] : []),
];
