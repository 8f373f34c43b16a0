events = %w[order.created order.paid order.lost]
events.each { |name| EventType.find_or_create_by!(name: name) }
