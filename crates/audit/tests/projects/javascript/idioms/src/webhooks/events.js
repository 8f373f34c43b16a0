'use strict';

const WebhookEvent = Object.freeze({
  INVOICE_CREATED: 'invoice.created',
  INVOICE_FINALIZED: 'invoice.finalized',
  INVOICE_PAID: 'invoice.paid',
  INVOICE_VOIDED: 'invoice.voided',
  INVOICE_PAYMENT_FAILED: 'invoice.payment_failed',

  PAYMENT_SUCCEEDED: 'payment.succeeded',
  PAYMENT_FAILED: 'payment.failed',
  PAYMENT_REFUNDED: 'payment.refunded',

  SUBSCRIPTION_CREATED: 'subscription.created',
  SUBSCRIPTION_RENEWED: 'subscription.renewed',
  SUBSCRIPTION_CANCELLED: 'subscription.cancelled',
  SUBSCRIPTION_PAUSED: 'subscription.paused',

  CUSTOMER_CREATED: 'customer.created',
  CUSTOMER_UPDATED: 'customer.updated',
  CUSTOMER_DELETED: 'customer.deleted',
  CUSTOMER_MERGED: 'customer.merged',
  USER_REGISTERED: 'user.registered',
  USER_LOGIN: 'user.login',

  FILE_UPLOADED: 'file.uploaded',
  FILE_DELETED: 'file.deleted',
  FILE_SCANNED: 'file.scanned',

  IMPORT_COMPLETED: 'import.completed',
  IMPORT_FAILED: 'import.failed',
  EXPORT_COMPLETED: 'export.completed',
  EXPORT_FAILED: 'export.failed',
  REPORT_GENERATED: 'report.generated',

  TICKET_CREATED: 'ticket.created',
  TICKET_CLOSED: 'ticket.closed',
  EMAIL_BOUNCED: 'email.bounced',
  EMAIL_OPENED: 'email.opened',

  TRANSFER_STARTED: 'transfer.started',
  TRANSFER_SETTLED: 'transfer.settled',
  VAULT_OPENED: 'vault.opened',
  VAULT_SEALED: 'vault.sealed',
});

module.exports = { WebhookEvent };
