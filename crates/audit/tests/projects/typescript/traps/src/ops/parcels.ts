import { bus, WebhookEvent } from '../events';

interface Parcel {
  id: string;
  note?: string;
}

abstract class Carrier {
  accept(parcel: Parcel): void {
    this.label(parcel);
  }

  protected abstract label(parcel: Parcel): void;
}

export class Courier extends Carrier {
  protected override label(parcel: Parcel): void {
    bus.publish(WebhookEvent.PARCEL_LABELLED, { id: parcel.id });
  }

  static emitLost(parcel: Parcel): void {
    bus.publish(WebhookEvent.PARCEL_LOST, { id: parcel.id });
  }
}

export function delayAll(parcels: Parcel[]): void {
  parcels.forEach(publishDelay);
}

function publishDelay(parcel: Parcel): void {
  bus.publish(WebhookEvent.PARCEL_DELAYED, { id: parcel.id });
}

function emitRerouted(parcel: Parcel): void {
  bus.publish(WebhookEvent.PARCEL_REROUTED, { id: parcel.id });
}

export function reroute(parcel: Parcel, emitRerouted = false): void {
  if (emitRerouted) {
    parcel.note = 'rerouted';
  }
}

export function insure(parcel: Parcel): void {
  bus.publish(WebhookEvent.PARCEL_INSURED, { id: parcel.id, type: 'parcel.lost' });
}
