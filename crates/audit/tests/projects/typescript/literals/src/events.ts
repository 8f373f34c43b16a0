import { z } from "zod";

export const webhookEventSchema = z.union([z.literal("order.created"), z.literal("order.paid"), z.literal("order.lost")]);
export type WebhookEvent = z.infer<typeof webhookEventSchema>;
