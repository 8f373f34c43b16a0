export const WebhookEvents = {
  OrderCreated: "order.created",
  OrderCancelled: "order.cancelled",
  OrderDeleted: "order.deleted",
  ReviewApproved: "review.approved",
} as const;
