import { z } from "zod";

export const webhookSchema = z
  .object({
    url: z.string().url(),
    source: z.enum(["user", "import"]),
    triggers: z.array(z.enum(["orderCreated", "orderPaid", "orderLost"])).min(1),
  })
  .strict();
