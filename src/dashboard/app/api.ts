import { createClient } from "../../client/client.ts";
import { hasEndedSession, person } from "./session.ts";

/** The typed API as the person who is signed in; an answer that the session has ended leads to the sign-in. */
export const api = createClient({
  baseUrl: window.location.origin,
  fetch: async (request) => {
    const response = await fetch(request);
    if (await hasEndedSession(response)) person.value = null;
    return response;
  },
});
