module Coupons
  class CreateService
    def call
      coupon = organization.coupons.new(params)
      coupon.save!
    end
  end
end
