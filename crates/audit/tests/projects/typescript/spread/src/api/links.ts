import { sendWorkspaceWebhook } from "../webhooks/publish";

export async function createLink(workspace: Workspace, link: Link) {
  await sendWorkspaceWebhook({ trigger: "link.created", workspace, data: link });
}

export async function enroll(workspace: Workspace, partner: Partner) {
  await sendWorkspaceWebhook({ workspace, trigger: "partner.enrolled", data: partner });
}
