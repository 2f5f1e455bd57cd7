import { type ComponentChildren, Fragment } from "preact";

/** Names and values of one thing, below each other. */
export const Facts = ({ of: facts }: { of: Record<string, ComponentChildren> }) => (
  <dl class="facts">
    {Object.entries(facts).map(([name, value]) => (
      <Fragment key={name}>
        <dt>{name}</dt>
        <dd>{value}</dd>
      </Fragment>
    ))}
  </dl>
);
