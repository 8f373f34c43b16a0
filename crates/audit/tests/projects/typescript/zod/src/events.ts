import { z } from "zod";

export const WebhookEvent = z.enum(["orderCreated", "orderPaid", "orderLost"]);
export type WebhookEvent = z.infer<typeof WebhookEvent>;
