export const WEBHOOK_EVENTS = ["link.created", "link.deleted", "link.clicked"];
