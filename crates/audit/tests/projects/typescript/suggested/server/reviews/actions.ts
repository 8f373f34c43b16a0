export class ReviewAction {
  async moderate(review: Review) {
    review.status = ReviewStatus.Approved;
    await this.reviewRepository.save(review);
  }
}
