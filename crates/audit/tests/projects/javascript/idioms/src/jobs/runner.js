'use strict';

const { eventBus } = require('../webhooks/bus');
const { WebhookEvent } = require('../webhooks/events');

const FINISHED = {
  import: WebhookEvent.IMPORT_COMPLETED,
  export: WebhookEvent.EXPORT_COMPLETED,
};

function sendEvent({ type, data, tenantId }) {
  eventBus.publish(type, data, tenantId);
}

class JobRunner {
  finish(kind, tenantId) {
    eventBus.publish(FINISHED[kind] || WebhookEvent.REPORT_GENERATED, { kind }, tenantId);
  }

  abort(kind, tenantId) {
    let event = WebhookEvent.EXPORT_FAILED;
    if (kind === 'import') {
      event = WebhookEvent.IMPORT_FAILED;
    }
    eventBus.publish(event, { kind }, tenantId);
  }

  drain(ids, tenantId) {
    for (const id of ids) {
      for (const type of [WebhookEvent.TICKET_CREATED, WebhookEvent.TICKET_CLOSED]) {
        eventBus.publish(type, { id }, tenantId);
      }
    }
  }

  report(tenantId) {
    sendEvent({ type: WebhookEvent.REPORT_GENERATED, data: {}, tenantId });
  }
}

module.exports = { JobRunner };
