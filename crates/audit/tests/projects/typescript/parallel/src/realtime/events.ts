export enum SocketEvent {
  Recorded = 'usage.recorded',
  Streamed = 'usage.streamed',
  Paid = 'invoice.paid',
}
