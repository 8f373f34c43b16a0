import { eventBus, WebhookEvent, type DomainEvent } from '../webhooks';

const FINISHED: Partial<Record<string, WebhookEvent>> = {
  import: WebhookEvent.ImportCompleted,
  export: WebhookEvent.ExportCompleted,
};

const sendEvent = ({ type, data, tenantId }: DomainEvent): void => eventBus.publish(type, data, tenantId);

export class JobRunner {
  finish(kind: string, tenantId: string): void {
    eventBus.publish(FINISHED[kind] ?? WebhookEvent.ReportGenerated, { kind }, tenantId);
  }

  abort(kind: string, tenantId: string): void {
    let event = WebhookEvent.ExportFailed;
    if (kind === 'import') {
      event = WebhookEvent.ImportFailed;
    }
    eventBus.publish(event, { kind }, tenantId);
  }

  drain(ids: string[], tenantId: string): void {
    for (const id of ids) {
      for (const type of [WebhookEvent.TicketCreated, WebhookEvent.TicketClosed]) {
        eventBus.publish(type, { id }, tenantId);
      }
    }
  }
}

export const reopen = async (id: string, tenantId: string): Promise<void> => {
  sendEvent({ type: WebhookEvent.TicketCreated, data: { id }, tenantId });
};

export const report = async (tenantId: string): Promise<void> => {
  await eventBus
    .dispatch({ type: 'report.generated', data: {}, tenantId })
    .catch(() => undefined);
};
