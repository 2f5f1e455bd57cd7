import { at, each, same, within } from "../../fields.ts";
import { type Item, items, text, valueAt } from "../../json.ts";
import type { CloudService, Detail, ResourceType } from "../../service.ts";
import type { AzureCall } from "../client.ts";
import { resource, subscriptionListing, valueOf } from "../resource.ts";

const DEFINITIONS = { type: "Microsoft.Authorization/roleDefinitions", version: "2018-01-01-preview" };
const ASSIGNMENTS = { type: "Microsoft.Authorization/roleAssignments", version: "2020-04-01-preview" };

const definitions = subscriptionListing("role-definitions", DEFINITIONS.type, DEFINITIONS.version, {
  resources: [
    {
      ...resource,
      type: "role-definition",
      configuration: {
        ...within("properties", same("role_name description type assignable_scopes")),
        permissions: each("properties.permissions", same("actions not_actions data_actions not_data_actions")),
      },
    },
  ],
});

/** An assignment names its role by id only; one list of all roles answers for many assignments. */
const role: Detail<AzureCall> = {
  size: 500,
  call: (_assignments, scope) => definitions.call({ ...scope, parent: {} }),
  entries: valueOf,
  choose(entries, assignment) {
    const wanted = roleIdOf(valueAt(assignment, "properties.roleDefinitionId"));
    const found = items(entries).find(({ id }) => wanted !== null && roleIdOf(id) === wanted);
    return found ? roleOf(found) : null;
  },
};

/** The last part of a role's id: what comes before it differs with the scope it is seen from. */
const roleIdOf = (id: unknown): string | null => text(id)?.split("/").at(-1)?.toLowerCase() ?? null;

const roleOf = (definition: Item): Item => ({
  id: definition["id"],
  roleName: valueAt(definition, "properties.roleName"),
  type: valueAt(definition, "properties.type"),
});

const assignment: ResourceType = {
  ...resource,
  type: "role-assignment",
  configuration: {
    ...within("properties", same("role_definition_id principal_id principal_type scope")),
    role_name: at("roleDefinition.roleName"),
  },
};

export const authorization: CloudService<AzureCall> = {
  service: "authorization",
  description: "Extracts Azure role definitions and role assignments",
  scope: "global",
  listings: [
    definitions,
    subscriptionListing("role-assignments", ASSIGNMENTS.type, ASSIGNMENTS.version, {
      details: { roleDefinition: role },
      resources: [assignment],
    }),
  ],
};
