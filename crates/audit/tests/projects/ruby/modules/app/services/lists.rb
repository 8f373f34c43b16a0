class Lists
  def call(post)
    SendWebhookJob.perform_later(%w[post.removed post.published], post)
  end
end
