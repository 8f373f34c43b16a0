class BaseService
  private

  def deliver(code, object)
    SendWebhookJob.perform_later(code, object)
  end
end
