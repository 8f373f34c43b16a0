export enum WebhookEvent {
  InvoiceCreated = 'invoice.created',
  InvoiceFinalized = 'invoice.finalized',
  InvoicePaid = 'invoice.paid',
  InvoiceVoided = 'invoice.voided',
  InvoicePaymentFailed = 'invoice.payment_failed',

  PaymentSucceeded = 'payment.succeeded',
  PaymentFailed = 'payment.failed',
  PaymentRefunded = 'payment.refunded',

  SubscriptionCreated = 'subscription.created',
  SubscriptionRenewed = 'subscription.renewed',
  SubscriptionCancelled = 'subscription.cancelled',
  SubscriptionPaused = 'subscription.paused',

  CustomerCreated = 'customer.created',
  CustomerUpdated = 'customer.updated',
  CustomerDeleted = 'customer.deleted',
  CustomerMerged = 'customer.merged',
  UserRegistered = 'user.registered',
  UserLogin = 'user.login',

  FileUploaded = 'file.uploaded',
  FileDeleted = 'file.deleted',
  FileScanned = 'file.scanned',

  ImportCompleted = 'import.completed',
  ImportFailed = 'import.failed',
  ExportCompleted = 'export.completed',
  ExportFailed = 'export.failed',
  ReportGenerated = 'report.generated',

  TicketCreated = 'ticket.created',
  TicketClosed = 'ticket.closed',
  EmailBounced = 'email.bounced',
  EmailOpened = 'email.opened',
}

export interface DomainEvent<T = unknown> {
  type: string;
  data: T;
  tenantId: string;
}
