# frozen_string_literal: true

class Carrier
  def accept(parcel)
    label(parcel)
  end

  private

  def label(parcel)
    raise NotImplementedError, parcel.id
  end
end

class Courier < Carrier
  def reroute(parcel, urgent)
    emit_rerouted = urgent
    parcel.note = "rerouted" if emit_rerouted
  end

  def insure(parcel)
    EventBus.instance.publish(WebhookEvent::PARCEL_INSURED, { id: parcel.id, type: "parcel.lost" })
  end

  def delay_all(parcels)
    parcels.each { |parcel| publish_delay parcel }
  end

  def self.emit_lost(parcel)
    EventBus.instance.publish(WebhookEvent::PARCEL_LOST, id: parcel.id)
  end

  private

  def label(parcel)
    EventBus.instance.publish(WebhookEvent::PARCEL_LABELLED, id: parcel.id)
  end

  def publish_delay(parcel)
    EventBus.instance.publish(WebhookEvent::PARCEL_DELAYED, id: parcel.id)
  end

  def emit_rerouted
    EventBus.instance.publish(WebhookEvent::PARCEL_REROUTED, {})
  end
end
