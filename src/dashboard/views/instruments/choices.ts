import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { useLoad } from "../../components/use-load.ts";
import { ALL, itemsOf } from "../../components/lists.ts";

/** Something to choose, by its id. */
export interface Choice {
  id: string;
  name: string;
}

const readers = {
  instrument: async (signal: AbortSignal) =>
    itemsOf(await dataOrThrow(api.GET("/api/instruments", { params: ALL, signal }))),
  storage: async (signal: AbortSignal) =>
    itemsOf(await dataOrThrow(api.GET("/api/storage-locations", { params: ALL, signal }))),
  account: async (signal: AbortSignal) =>
    itemsOf(await dataOrThrow(api.GET("/api/service-accounts", { params: ALL, signal }))),
  group: async (signal: AbortSignal) => itemsOf(await dataOrThrow(api.GET("/api/groups", { params: ALL, signal }))),
  project: async (signal: AbortSignal) => itemsOf(await dataOrThrow(api.GET("/api/projects", { params: ALL, signal }))),
  user: async (signal: AbortSignal) => {
    const users = itemsOf(await dataOrThrow(api.GET("/api/admin/users", { params: ALL, signal })));
    return users.map(({ id, email }) => ({ id, name: email }));
  },
};

export type ChoiceKind = keyof typeof readers;

/** Everything of a kind that an admin can choose from; read once for each place that asks. */
export const useChoices = (kind: ChoiceKind) =>
  useLoad<Choice[]>(async (signal) => (await readers[kind](signal)).map(({ id, name }) => ({ id, name })), [kind]);

/** The name of what has this id; the id itself where it is gone. */
export const nameOf = (choices: Choice[] | null, id: string | null): string =>
  choices?.find((choice) => choice.id === id)?.name ?? id ?? "";
