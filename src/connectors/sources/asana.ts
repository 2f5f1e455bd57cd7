import { z } from "zod";
import { apiUrl, resourceNames, secretName } from "./config-fields.ts";
import type { RestResource } from "./rest/api.ts";
import { openRestApi } from "./rest/open-api.ts";
import type { SourceType } from "./source.ts";

const config = z.strictObject({
  access_token_env: secretName().default("ASANA_ACCESS_TOKEN"),
  resources: resourceNames().default(["workspaces", "projects", "tasks"]),
  api_url: apiUrl().default("https://app.asana.com"),
});

/** Without `opt_fields` a list has names and ids only, https://developers.asana.com/docs/inputoutput-options */
const FIELDS = {
  workspaces: "gid,name,resource_type,is_organization,email_domains",
  projects:
    "gid,name,resource_type,archived,color,completed,completed_at,created_at,modified_at,due_on,start_on,notes,owner,permalink_url,public,team,workspace,members,custom_fields",
  sections: "gid,name,resource_type,created_at,project",
  tags: "gid,name,resource_type,color,created_at,notes,permalink_url,workspace",
  users: "gid,name,resource_type,email,workspaces",
  tasks:
    "gid,name,resource_type,resource_subtype,approval_status,assignee,assignee_status,completed,completed_at,created_at,modified_at,due_at,due_on,start_at,start_on,notes,num_subtasks,parent,permalink_url,tags,workspace,custom_fields,memberships.project.name,memberships.section.name",
};

const list = (name: keyof typeof FIELDS): RestResource => ({
  name,
  path: `api/1.0/${name}`,
  query: { limit: "100", opt_fields: FIELDS[name] },
  rows: "data",
  paginator: { kind: "cursor", path: "next_page.offset", parameter: "offset" },
  primary_key: ["gid"],
  // What belongs to several workspaces or projects is listed by each.
  write_disposition: "merge",
  cursor_field: null,
});

const ofWorkspaces = (name: "projects" | "tags" | "users"): RestResource => ({
  ...list(name),
  query: { ...list(name).query, workspace: "{workspace}" },
  parent: { rows: "workspaces", values: { workspace: "gid" } },
});

const resources: RestResource[] = [
  list("workspaces"),
  ...(["projects", "tags", "users"] as const).map(ofWorkspaces),
  {
    ...list("sections"),
    path: "api/1.0/projects/{project}/sections",
    parent: { rows: "projects", values: { project: "gid" } },
  },
  {
    ...list("tasks"),
    query: { ...list("tasks").query, project: "{project}", modified_since: "{since|start_date:iso}" },
    cursor_field: "modified_at",
    // Projects are read one after the other, so that the largest time of one is later than the end of another.
    lookback_days: 1,
    parent: { rows: "projects", values: { project: "gid" } },
  },
];

/** Asana: https://developers.asana.com/reference */
export const asana: SourceType<typeof config> = {
  type: "asana",
  group: "crm",
  title: "Asana",
  description: "Workspaces, projects, tasks, sections, tags and users",
  unavailable: null,
  config,
  open: ({ access_token_env, resources: selected, api_url }, io) =>
    openRestApi(io, {
      name: "Asana",
      base_url: api_url,
      auth: async ({ secret }) => ({ kind: "bearer", token: await secret(access_token_env) }),
      resources,
      selected,
      check: { path: "api/1.0/users/me" },
    }),
};
