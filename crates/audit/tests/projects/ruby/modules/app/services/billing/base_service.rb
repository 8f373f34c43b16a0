module Billing
  module Tax
    class BaseService < Crm::BaseService
      def taxed(customer)
        deliver("customer.tax_created", customer)
      end
    end
  end
end
