export const WORKSPACE_WEBHOOK_TRIGGERS = ["link.created", "link.deleted"] as const;

export const PROGRAM_WEBHOOK_TRIGGERS = ["partner.enrolled", "payout.confirmed"] as const;

export const WEBHOOK_TRIGGERS = [...WORKSPACE_WEBHOOK_TRIGGERS, ...PROGRAM_WEBHOOK_TRIGGERS] as const;
