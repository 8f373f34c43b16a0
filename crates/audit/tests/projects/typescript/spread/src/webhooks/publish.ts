import { enqueue } from "../queue";

export const sendWorkspaceWebhook = async ({ trigger, workspace, data }: WebhookArgs) => {
  await enqueue({ trigger, workspace, data });
};
