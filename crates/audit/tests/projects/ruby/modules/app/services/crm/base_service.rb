module Crm
  class BaseService < BaseService
    def failed(customer)
      deliver("customer.crm_error", customer)
    end
  end
end
