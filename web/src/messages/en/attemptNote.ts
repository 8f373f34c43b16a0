export const attemptNote = {
  label: (number: number) => `Note on attempt ${number}`,
  batch: (others: string): string => `Sent with ${others} other ${others === "1" ? "event" : "events"} in one request:`,
  part: "The request has headers for all of them; its body below is this event’s part.",
};
