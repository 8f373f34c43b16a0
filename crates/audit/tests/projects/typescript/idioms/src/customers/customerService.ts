import { getEventBus, publishEvent as announce, WebhookEvent as WE } from '../webhooks';
import Events, { type UserEventName } from './events';

type Customer = { id: string; name: string };

export default class CustomerService {
  private readonly bus = getEventBus();

  create(customer: Customer, tenantId: string): void {
    this.tell(customer, tenantId);
  }

  update(customer: Customer, tenantId: string): void {
    this.tell(customer, tenantId, Events.updated);
  }

  delete(customer: Customer, tenantId: string): void {
    this.tell(customer, tenantId, Events['deleted']);
  }

  merge(into: Customer, from: Customer, tenantId: string): void {
    announce(WE.CustomerMerged, { into: into.id, from: from.id }, tenantId);
  }

  register(id: string, tenantId: string): void {
    this.user('user.registered', id, tenantId);
  }

  login(id: string, tenantId: string): void {
    this.user('user.login', id, tenantId);
  }

  private user(name: UserEventName, id: string, tenantId: string): void {
    this.bus.publish(name, { id }, tenantId);
  }

  private tell(customer: Customer, tenantId: string, type: string = Events.created): void {
    this.bus.publish(type, { id: customer.id }, tenantId);
  }
}
