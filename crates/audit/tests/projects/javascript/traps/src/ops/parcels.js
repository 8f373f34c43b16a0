import { bus, WebhookEvent } from '../events/index.js';

class Carrier {
  accept(parcel) {
    this.label(parcel);
  }

  label(parcel) {
    throw new Error(`no label for ${parcel.id}`);
  }
}

export class Courier extends Carrier {
  label(parcel) {
    bus.publish(WebhookEvent.PARCEL_LABELLED, { id: parcel.id });
  }

  static emitLost(parcel) {
    bus.publish(WebhookEvent.PARCEL_LOST, { id: parcel.id });
  }
}

export function delayAll(parcels) {
  parcels.forEach(publishDelay);
}

function publishDelay(parcel) {
  bus.publish(WebhookEvent.PARCEL_DELAYED, { id: parcel.id });
}

function emitRerouted(parcel) {
  bus.publish(WebhookEvent.PARCEL_REROUTED, { id: parcel.id });
}

export function reroute(parcel, emitRerouted = false) {
  if (emitRerouted) {
    parcel.note = 'rerouted';
  }
}

export function insure(parcel) {
  bus.publish(WebhookEvent.PARCEL_INSURED, { id: parcel.id, type: 'parcel.lost' });
}
