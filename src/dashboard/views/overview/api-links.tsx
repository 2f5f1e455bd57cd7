/** Where the API is described, for those who script. */
export const ApiLinks = () => (
  <section class="card" aria-labelledby="api">
    <h2 id="api">For scripts</h2>
    <p class="quiet">Everything on these pages can be done over the API, too.</p>
    <ul class="plain">
      <li>
        <a href="/docs">Try the API</a> in Swagger UI
      </li>
      <li>
        <a href="/redoc">Read the API</a> in ReDoc
      </li>
      <li>
        <a href="/openapi.json">OpenAPI document</a>, for generated clients
      </li>
      <li>
        <a href="/health">Health as JSON</a>, for monitoring
      </li>
    </ul>
  </section>
);
