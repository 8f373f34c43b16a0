require "net/http"
require "json"
require "faraday"
require "svix"

module WebhookEvents
  INVOICE_CREATED = "invoice.created"
  INVOICE_PAID = "invoice.paid"
  ORDER_PLACED = "order.placed"
  ORDER_PACKED = "order.packed"
  USER_CREATED = "user.created"
  PAGE_VIEWED = "page.viewed"
end

class Publisher
  BASE = ENV.fetch("POSTRIDER_URL")

  def short(invoice)
    uri = URI("#{BASE}/api/v1/events")
    Net::HTTP.post(uri, { type: WebhookEvents::INVOICE_CREATED, data: invoice }.to_json, "Content-Type" => "application/json") # site invoice.created
  end

  def long(invoice)
    uri = URI.join(BASE, "/api/v1/events")
    request = Net::HTTP::Post.new(uri, "Content-Type" => "application/json")
    request.body = JSON.generate(type: WebhookEvents::INVOICE_PAID, data: invoice)
    Net::HTTP.start(uri.host, uri.port) { |http| http.request(request) } # site invoice.paid
  end

  def with_faraday(order)
    client = Faraday.new(url: "http://localhost:8090/api/v1")
    client.post("events", { type: WebhookEvents::ORDER_PLACED, data: order }.to_json) # site order.placed
  end

  def sql(connection, order)
    connection.exec_params("SELECT postrider.publish($1, $2, $3)", ["order.packed", order, "acme"]) # site order.packed
  end

  def with_svix(svix)
    svix.message.create("app_1", Svix::MessageIn.new({ "event_type" => "user.created", "payload" => {} })) # site user.created
  end

  def elsewhere(page)
    Net::HTTP.post(URI("https://stats.example.com/collect"), { type: "page.viewed", data: page }.to_json)
  end
end
