import { FEATURE_ARCHIVED, FEATURE_CREATED, FEATURE_REVIVED } from "./events";

export const webhookDefinition = {
  name: "webhook",
  displayName: "Webhook",
  description: "A webhook posts a message to another service.",
  documentationUrl: "https://docs.example.com/webhook",
  events: [FEATURE_CREATED, FEATURE_ARCHIVED, FEATURE_REVIVED],
};
