/** What a connector may use of the world: it never sees a database, a binding or the Worker's environment. */
export interface ConnectorIo {
  fetch: typeof fetch;
  /** Milliseconds UTC. */
  now(): number;
}
