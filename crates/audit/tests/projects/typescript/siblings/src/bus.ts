export async function emitEvent(event: { eventName: string; data: object }) {
  await fetch(process.env.WEBHOOKS_URL!, { method: "POST", body: JSON.stringify(event) });
}
