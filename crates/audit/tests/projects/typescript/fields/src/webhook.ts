import { Schema, model } from "mongoose";

export const Webhook = new Schema(
  {
    url: { type: String, required: true },
    state: { type: String, enum: ["enabled", "failed"] },
    event: { type: String, enum: ["order.created", "order.paid", "order.lost"] },
  },
  { timestamps: true },
);
