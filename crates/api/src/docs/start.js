// Opens the API's document, collapses the tags that few clients need, and fills in the development key.
const ui = SwaggerUIBundle({
  url: DOCUMENT,
  dom_id: "#swagger-ui",
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: "list",
  filter: true,
  persistAuthorization: true,
  tryItOutEnabled: true,
  presets: [SwaggerUIBundle.presets.apis],
  onComplete: () => {
    for (const tag of CLOSED) {
      ui.getSystem().layoutActions.show(["operations-tag", tag], false);
    }
    const key = DEV_KEY;
    if (key) {
      ui.preauthorizeApiKey("key", key);
    }
  },
});
