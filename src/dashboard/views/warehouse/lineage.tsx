/** The page of models, which has an origin of its own and draws what is built on what. */
export const Lineage = () => (
  <>
    <p>
      What is built on what. <a href="/dbt-docs/">Open it as a page of its own</a>
    </p>
    <iframe class="lineage" src="/dbt-docs/" title="Models and their lineage" />
  </>
);
