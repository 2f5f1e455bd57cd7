import { goTo, linkTo, route } from "./route.ts";

/** Takes the token of a mailed link out of the address, so that it is neither seen nor kept in the history. */
export function takeMailedToken(): string {
  const { view, query } = route.peek();
  const token = query.get("token") ?? "";
  if (token !== "") goTo(linkTo(view), { replace: true });
  return token;
}
