module Coupons
  class TerminateService
    def call
      coupon.mark_as_terminated!
      result.coupon = coupon
    end

    def coupon
      @coupon ||= Coupon.find(id)
    end
  end
end
