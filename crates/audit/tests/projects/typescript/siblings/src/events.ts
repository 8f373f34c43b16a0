export const OrderWorkflowEvents = {
  PLACED: "order.placed",
  CANCELED: "order.canceled",
} as const;

export const GiftCardWorkflowEvents = {
  ISSUED: "gift-card.issued",
  VOIDED: "gift-card.voided",
} as const;

// Of something else: its events do not begin with "tracking".
export const TrackingEvents = {
  OPENED: "page.opened",
  CLICKED: "button.clicked",
} as const;
