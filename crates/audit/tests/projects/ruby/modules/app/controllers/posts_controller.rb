class PostsController < ApplicationController
  # An action: the framework calls it.
  def publish
    post = Post.find(params[:id])
    SendWebhookJob.perform_later("post.published", post)
  end
end
