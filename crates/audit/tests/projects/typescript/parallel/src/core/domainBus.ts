import { EventEmitter } from 'node:events';

/** In-process only: nothing that goes through here reaches a customer. */
export class DomainBus extends EventEmitter {}

export const domainBus = new DomainBus();
